// Kernels on operands of 16 bits: every implementation that offers itself, operand by operand and all at once.

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <tuple>

#include "base/half.h"
#include "kernels/conv2d.h"
#include "kernels/kernel_problems.h"
#include "kernels/loss_scale.h"
#include "kernels/stored_half.h"
#include "kernels/trial.h"
#include "support/shared_device.h"

namespace hekla {
namespace {

using kernels::OperandMask;
using kernels::Problem;
using kernels::StoredHalf;
using tests::shared_device;

/// Tries what is new in the shaders of its calls and the operands of 16 bits: tiles are tested where operands have 32.
class Trials {
  public:
    void try_all(const std::shared_ptr<const Problem>& inner, OperandMask half, OperandMask widened = 0) {
        const StoredHalf problem(inner, half, widened);
        vulkan::Device& device = shared_device().vulkan();
        for (const kernels::Implementation& implementation : problem.implementations(device)) {
            std::vector<const void*> shaders;
            for (const kernels::KernelCall& call : implementation.calls) shaders.push_back(call.variant.shader);
            if (!seen_.emplace(std::move(shaders), half, widened).second) continue;
            const kernels::TrialResult result = kernels::try_implementation(device, problem, implementation);
            EXPECT_TRUE(result.passed) << problem.name() << ", " << implementation.name << ": " << result.reason;
            ++count_;
        }
    }
    std::size_t count() const { return count_; }

  private:
    std::set<std::tuple<std::vector<const void*>, OperandMask, OperandMask>> seen_;
    std::size_t count_ = 0;
};

TEST(StoredHalf, KernelsReadAndWriteIt) {
    Trials single, all_at_once;
    for (const auto& problem : tests::kernel_problems()) {
        const std::vector<kernels::Operand> operands = problem->operands();
        OperandMask all = 0;
        for (std::uint32_t i = 0; i < operands.size(); ++i) {
            if (operands[i].dtype != DType::f32) continue;
            all |= 1u << i;
            single.try_all(problem, 1u << i);
        }
        all_at_once.try_all(problem, all);
    }
    EXPECT_GT(single.count(), 100u);
    EXPECT_GT(all_at_once.count(), 30u);
    RecordProperty("trials", std::to_string(single.count()) + " and " + std::to_string(all_at_once.count()));
}

TEST(StoredHalf, WhatNoKernelReadsIsWidened) {
    Trials trials;
    for (const auto& problem : tests::kernel_problems()) {
        const std::vector<kernels::Operand> operands = problem->operands();
        for (std::uint32_t i = 0; i < operands.size(); ++i)
            if (operands[i].dtype == DType::f32 && operands[i].read && !operands[i].written) trials.try_all(problem, 1u << i, 1u << i);
    }
    EXPECT_GT(trials.count(), 100u);
}

/// A value written in 16 bits is one of 16 bits: nothing is accumulated in them.
TEST(StoredHalf, ArithmeticIsInThirtyTwoBits) {
    Conv2dGeometry g;
    g.batch = 1;
    g.height = g.width = g.out_h = g.out_w = 8;
    g.channels = 256;
    g.filters = 8;
    g.kernel_h = g.kernel_w = 1;
    const StoredHalf problem(std::make_shared<kernels::Conv2dForward>(g, kernels::Epilogue{}), 0b101);
    vulkan::Device& device = shared_device().vulkan();
    const auto all = problem.implementations(device);
    ASSERT_FALSE(all.empty());
    const kernels::TrialResult result = kernels::try_implementation(device, problem, all[0]);
    EXPECT_TRUE(result.passed) << result.reason;
    EXPECT_LT(result.error, 0x1p-10) << "256 products that were summed in 16 bits would be off by more";
}

TEST(Half, IsRoundedAsIeee754Says) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = from_half(half);
        if (std::isnan(value)) EXPECT_TRUE(std::isnan(from_half(to_half(value))));
        else EXPECT_EQ(to_half(value), half) << value;
    }
    EXPECT_EQ(to_half(1.0f + 0x1p-11f), to_half(1.0f)) << "a tie goes to the even one";
    EXPECT_EQ(from_half(to_half(1.0f + 0x3p-11f)), 1.0f + 0x1p-9f);
    EXPECT_EQ(from_half(to_half(65519.0f)), 65504.0f);
    EXPECT_TRUE(std::isinf(from_half(to_half(65520.0f))));
    EXPECT_EQ(from_half(to_half(0x1p-25f)), 0.0f);
    EXPECT_EQ(from_half(to_half(-0x1.8p-25f)), -0x1p-24f);
}

TEST(LossScale, GradientsAreChecked) {
    vulkan::Device& device = shared_device().vulkan();
    for (const std::uint64_t elements : {1, 4, 67, 5000})
        for (std::uint32_t seed = 1; seed <= 4; ++seed) {
            const kernels::CheckGradients problem(elements);
            const auto result = kernels::try_implementation(device, problem, problem.implementations(device)[0], seed);
            EXPECT_TRUE(result.passed) << elements << " elements, seed " << seed << ": " << result.reason;
        }
}

}  // namespace
}  // namespace hekla
