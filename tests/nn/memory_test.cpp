// --memory low: less memory, the same bits.

#include <gtest/gtest.h>
#include <hekla/plan.h>

#include "kernels/in_place.h"
#include "kernels/kernel_problems.h"
#include "kernels/trial.h"
#include "plan/plan_state.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::shared_device;
using tests::small_image;
using tests::values_of;
using Values = std::vector<std::vector<float>>;

struct Trained {
    Values values;
    std::vector<double> losses;
    History history;
};

/// Pools, activations that no kernel takes along, dropout: all that can be made twice or in place.
Trained train(Memory memory, std::uint32_t steps_per_submit = 32) {
    static const data::Dataset data = derived_dataset(90, Shape{10, 10, 1});
    Sequential network{Conv2d{.filters = 8}, Relu{}, MaxPool2d{2}, Sigmoid{}, Dropout{0.2f}, Conv2d{.filters = 8}, AveragePool2d{2},
                       Gelu{},               Flatten{}, Dense{12}, Relu{},    Dropout{0.25f}, Dense{10}};
    Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 3, .compile = {.memory = memory}});
    Trained result;
    FitOptions fit{.epochs = 2, .batch = 64, .steps_per_submit = steps_per_submit, .submit_ms = 0};
    fit.on_step = [&](const StepResult& step) { result.losses.push_back(step.loss); };
    result.history = trainer.fit(data, fit);
    result.values = values_of(network);
    return result;
}

TEST(LowMemory, ChangesNoBitAndTakesLess) {
    const Trained normal = train(Memory::normal), low = train(Memory::low), one_by_one = train(Memory::low, 1);
    EXPECT_EQ(normal.losses, low.losses);
    EXPECT_TRUE(normal.values == low.values);
    EXPECT_TRUE(one_by_one.values == low.values);
    EXPECT_LT(low.history.planned_bytes, normal.history.planned_bytes);
    EXPECT_EQ(low.history.default_planned_bytes, normal.history.planned_bytes);
    EXPECT_EQ(normal.history.default_planned_bytes, normal.history.planned_bytes);
}

TEST(LowMemory, TheReportNamesBoth) {
    Sequential network = tests::small_network();
    Trainer trainer(shared_device(), network, {.compile = {.memory = Memory::low}});
    std::string log;
    FitOptions fit{.batch = 16};
    fit.on_log = [&](const std::string& line) { log += line + "\n"; };
    trainer.fit(derived_dataset(32, small_image), fit);
    EXPECT_NE(log.find(" MB by default"), std::string::npos) << log;
}

/// A chain of element by element functions needs one value at a time.
TEST(LowMemory, ResultsTakeTheirOperandsPlace) {
    for (const Memory memory : {Memory::normal, Memory::low}) {
        Graph graph;
        const Tensor x = graph.input("x", {Shape{1024}, DType::f32});
        Tensor y = shift(x, 0.0f);
        for (int i = 0; i < 10; ++i) y = sigmoid(shift(y, 0.1f));
        Plan plan = compile(shared_device(), graph, {reduce_sum(y)}, nullptr, {.memory = memory});
        EXPECT_EQ(plan.scratch_bytes() / 4096, memory == Memory::low ? 1u : 2u);
    }
}

/// What a value that is read again, or twice at once, is worth must not be written over.
TEST(LowMemory, WhatIsStillReadStays) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{8}, DType::f32});
    const Tensor y = shift(x, 1.0f);
    const Tensor z = multiply(y, y);
    const Tensor w = add(sigmoid(y), multiply(z, y));
    Plan low = compile(shared_device(), graph, {w}, nullptr, {.memory = Memory::low});
    Plan normal = compile(shared_device(), graph, {w});
    const std::vector<float> values = {0, 1, -2, 3, 0.5f, 7, -8, 2};
    low.set(x, values);
    normal.set(x, values);
    low.run();
    normal.run();
    EXPECT_EQ(low.read(w), normal.read(w));
    low.run();
    EXPECT_EQ(low.read(w), normal.read(w)) << "a run spoilt the next one";
}

/// Every kernel that says that it may write over an operand.
TEST(LowMemory, KernelsInPlaceAreRight) {
    vulkan::Device& device = shared_device().vulkan();
    std::size_t tried = 0;
    for (const auto& problem : tests::kernel_problems())
        for (std::uint32_t into = 0; into + 1 < problem->operands().size(); ++into) {
            const kernels::InPlace in_place(problem, into);
            for (const kernels::Implementation& implementation : in_place.implementations(device)) {
                const kernels::TrialResult result = kernels::try_implementation(device, in_place, implementation);
                EXPECT_TRUE(result.passed) << in_place.name() << ": " << result.reason;
                ++tried;
            }
        }
    EXPECT_GT(tried, 40u);
}

}  // namespace
}  // namespace hekla
