// Every way to do every kernel, against the reference, with guards around its operands.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "kernels/kernel_problems.h"
#include "kernels/trial.h"
#include "support/shared_device.h"
#include "vulkan/device.h"

namespace hekla::tests {
namespace {

using ProblemPtr = std::shared_ptr<kernels::Problem>;

class Kernels : public testing::TestWithParam<ProblemPtr> {};

std::vector<std::pair<std::string, std::vector<vulkan::Variant>>> variants_of(const kernels::Problem& problem) {
    std::vector<std::pair<std::string, std::vector<vulkan::Variant>>> variants;
    for (const kernels::Implementation& implementation : problem.implementations(shared_device().vulkan())) {
        variants.emplace_back(implementation.name, std::vector<vulkan::Variant>());
        for (const kernels::KernelCall& call : implementation.calls) variants.back().second.push_back(call.variant);
    }
    return variants;
}

TEST_P(Kernels, AllImplementationsAreRight) {
    vulkan::Device& device = shared_device().vulkan();
    const std::vector<kernels::Implementation> implementations = GetParam()->implementations(device);
    EXPECT_FALSE(implementations.empty());
    for (const kernels::Implementation& implementation : implementations)
        for (std::uint32_t seed : {1, 2}) {
            const kernels::TrialResult result = kernels::try_implementation(device, *GetParam(), implementation, seed);
            EXPECT_TRUE(result.passed) << implementation.name << ", seed " << seed << ": " << result.reason;
        }
}

/// What the self-test proves of a small problem must hold for the whole one.
TEST_P(Kernels, TheSmallProblemsOfferTheSameVariants) {
    std::vector<std::pair<std::string, std::vector<vulkan::Variant>>> small;
    for (const auto& one : GetParam()->small_ones())
        for (auto& variant : variants_of(*one)) small.push_back(std::move(variant));
    for (const auto& variant : variants_of(*GetParam()))
        EXPECT_NE(std::find(small.begin(), small.end(), variant), small.end()) << variant.first;
}

std::string problem_name(const testing::TestParamInfo<ProblemPtr>& info) {
    std::string name = std::to_string(info.index) + "_" + info.param->name();
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Kernels, testing::ValuesIn(kernel_problems()), problem_name);

}  // namespace
}  // namespace hekla::tests
