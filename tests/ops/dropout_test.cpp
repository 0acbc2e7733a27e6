#include <gtest/gtest.h>
#include <hekla/plan.h>

#include <cmath>

#include "support/device_run.h"
#include "support/op_case.h"
#include "support/shared_device.h"

namespace hekla::tests {
namespace {

StepState random_state(std::uint32_t seed, std::uint32_t counter) {
    StepState state;
    state.seed = seed;
    state.random_counter = counter;
    return state;
}

std::vector<OpCase> dropout_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& x, float rate, std::uint32_t stream, std::uint32_t counter) {
        OpCase test{.name = to_string(x) + " rate " + std::to_string(rate), .inputs = {random_input(x)}, .build = {}};
        test.build = [=](Graph& graph, std::span<const Tensor> in) { return dropout(in[0], rate, graph.step_state(), stream); };
        test.state = random_state(42, counter);
        cases.push_back(test);
    };
    add({1}, 0.5f, 0, 0);
    add({7, 13}, 0.25f, 1, 3);
    add({5, 8}, 0.5f, 2, 0xFFFFFFFFu);
    add({3, 5, 7, 2}, 0.9f, 7, 100);
    add({64, 28, 28, 8}, 0.3f, 0, 1);
    return cases;
}

HEKLA_OP_CASES(Dropout, dropout_cases());

/// Dropout of ones on the device: 0 or 1 / (1 - rate).
Values mask(float rate, std::uint32_t stream, std::uint32_t seed, std::uint32_t counter) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{100, 100}, DType::f32});
    const Tensor y = dropout(x, rate, graph.step_state(), stream);
    return run_on_device(graph, {{x.id(), Values(10000, 1.0)}, {graph.step_state().id(), words_of(random_state(seed, counter))}}, {y})[0];
}

std::size_t differences(const Values& l, const Values& r) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < l.size(); ++i) count += l[i] != r[i];
    return count;
}

TEST(DropoutMask, KeepsTheShareThatItShould) {
    for (float rate : {0.1f, 0.25f, 0.5f, 0.8f}) {
        const Values values = mask(rate, 3, 7, 9);
        double kept = 0;
        for (double value : values) {
            if (value == 0) continue;
            EXPECT_NEAR(value, 1 / (1 - rate), 1e-6 / (1 - rate));
            ++kept;
        }
        const double expected = 10000.0 * (1 - rate), sigma = std::sqrt(10000.0 * rate * (1 - rate));
        EXPECT_NEAR(kept, expected, 4 * sigma) << "rate " << rate;
    }
}

TEST(DropoutMask, DependsOnSeedCounterAndStreamAlone) {
    const Values first = mask(0.5f, 1, 7, 9);
    EXPECT_EQ(first, mask(0.5f, 1, 7, 9));
    // Independent masks differ in half of the elements: 5000 +- 50.
    for (const Values& other : {mask(0.5f, 2, 7, 9), mask(0.5f, 1, 8, 9), mask(0.5f, 1, 7, 10)})
        EXPECT_NEAR(static_cast<double>(differences(first, other)), 5000, 4 * 50);
}

TEST(DropoutMask, IsTheSameForGradients) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{31, 17}, DType::f32});
    const Tensor y = dropout(x, 0.4f, graph.step_state(), 5);
    const Tensor dy = graph.constant(y.shape(), std::vector<float>(31 * 17, 1.0f));
    const Tensor dx = gradients(y, dy, std::vector{x})[0];
    const Feeds feeds{{x.id(), Values(31 * 17, 1.0)}, {graph.step_state().id(), words_of(random_state(1, 2))}};
    const std::vector<Values> values = run_on_device(graph, feeds, {y, dx});
    EXPECT_EQ(values[0], values[1]);
}

TEST(DropoutMask, ChangesWithSetRandom) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{1000}, DType::f32});
    const Tensor y = dropout(x, 0.5f, graph.step_state(), 0);
    Plan plan = compile(shared_device(), graph, {y});
    plan.set(x, std::span<const float>(std::vector<float>(1000, 1.0f)));
    const auto run = [&](std::uint32_t seed, std::uint32_t counter) {
        plan.set_random(seed, counter);
        plan.run();
        return plan.read(y);
    };
    const std::vector<float> first = run(1, 1);
    EXPECT_NE(first, run(1, 2));
    EXPECT_NE(first, run(2, 1));
    EXPECT_EQ(first, run(1, 1));
}

TEST(DropoutMask, OfRateZeroIsTheInput) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{3}, DType::f32});
    EXPECT_EQ(dropout(x, 0, graph.step_state(), 0), x);
}

}  // namespace
}  // namespace hekla::tests
