// Random numbers as values: their bits, their distribution, and that gradients go past them.

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/plan.h>
#include <hekla/random.h>

#include <algorithm>
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

/// x + s * random, whose gradient for s is the random numbers themselves.
OpCase noisy_case(const Shape& shape, bool normal, std::uint32_t stream, std::uint32_t counter) {
    OpCase test{.name = to_string(shape) + (normal ? " normal" : " uniform"), .inputs = {random_input(shape), random_input(shape)}, .build = {}};
    test.build = [=](Graph& graph, std::span<const Tensor> in) {
        const Tensor noise = normal ? random_normal(shape, graph.step_state(), stream) : random_uniform(shape, graph.step_state(), stream);
        return add(in[0], multiply(in[1], noise));
    };
    test.state = random_state(42, counter);
    return test;
}

std::vector<OpCase> random_cases() {
    return {noisy_case({1}, true, 1000, 0),     noisy_case({1}, false, 1000, 0),        noisy_case({7, 13}, true, 1001, 3),
            noisy_case({5, 8}, false, 1002, 9), noisy_case({3, 5, 7, 2}, true, 7, 100), noisy_case({64, 28, 28, 2}, true, 1000, 0xFFFFFFFFu)};
}

HEKLA_OP_CASES(Random, random_cases());

Values numbers(bool normal, std::uint32_t stream, std::uint32_t seed, std::uint32_t counter) {
    Graph graph;
    const Tensor state = graph.step_state();
    const Tensor y = normal ? random_normal({100, 1000}, state, stream) : random_uniform({100, 1000}, state, stream);
    return run_on_device(graph, {{state.id(), words_of(random_state(seed, counter))}}, {y})[0];
}

double mean_of(const Values& values, const auto& function) {
    double sum = 0;
    for (double value : values) sum += function(value);
    return sum / static_cast<double>(values.size());
}

TEST(RandomNumbers, OfANormalDistributionHaveItsMomentsAndTails) {
    const Values values = numbers(true, 1000, 7, 9);
    // Four deviations of each estimate from 1e5 numbers.
    EXPECT_NEAR(mean_of(values, [](double v) { return v; }), 0, 4 * 0.00316);
    EXPECT_NEAR(mean_of(values, [](double v) { return v * v; }), 1, 4 * 0.00447);
    EXPECT_NEAR(mean_of(values, [](double v) { return v * v * v; }), 0, 4 * 0.01225);
    EXPECT_NEAR(mean_of(values, [](double v) { return v * v * v * v; }), 3, 4 * 0.031);
    EXPECT_NEAR(mean_of(values, [](double v) { return v > 2 ? 1.0 : 0.0; }), 0.02275, 4 * 0.00047);
    EXPECT_LT(*std::max_element(values.begin(), values.end()), 5.4);
}

TEST(RandomNumbers, OfAUniformDistributionFillItEvenly) {
    const Values values = numbers(false, 1000, 7, 9);
    std::vector<int> tenths(10);
    for (double value : values) {
        ASSERT_TRUE(value >= 0 && value < 1) << value;
        ++tenths[static_cast<std::size_t>(value * 10)];
    }
    for (int count : tenths) EXPECT_NEAR(count, 10000, 4 * 95);
}

TEST(RandomNumbers, DependOnSeedCounterAndStreamAlone) {
    const Values first = numbers(true, 1000, 7, 9);
    EXPECT_EQ(first, numbers(true, 1000, 7, 9));
    for (const Values& other : {numbers(true, 1001, 7, 9), numbers(true, 1000, 8, 9), numbers(true, 1000, 7, 10)}) {
        EXPECT_NE(first, other);
        double product = 0;
        for (std::size_t i = 0; i < first.size(); ++i) product += first[i] * other[i];
        EXPECT_NEAR(product / static_cast<double>(first.size()), 0, 4 * 0.00316) << "they must not be correlated";
    }
}

TEST(RandomNumbers, NeedAShapeThatHoldsSomething) {
    Graph graph;
    try {
        random_normal({3, 0}, graph.step_state(), 0);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_NE(std::string(error.what()).find("[random]"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace hekla::tests
