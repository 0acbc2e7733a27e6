// What depends on the parameters alone runs once, and again after they changed.

#include <gtest/gtest.h>
#include <hekla/ops.h>
#include <hekla/plan.h>

#include <algorithm>
#include <memory>

#include "plan/plan_state.h"
#include "plan/steady.h"
#include "support/shared_device.h"

namespace hekla::tests {
namespace {

using plan::find_steady;
using Steady = std::vector<bool>;

// Places: 0 a parameter, 1 and 2 scratch, 3 an input, 4 a result.
std::vector<plan::SteadyPlace> places() { return {{true, false, 16}, {false, true, 16}, {false, true, 16}, {false, false, 16}, {false, false, 16}}; }

TEST(Steady, IsWhatComesFromParametersThroughScratch) {
    const std::vector<plan::CallPlaces> calls = {{{0}, {1}}, {{1}, {2}}, {{2, 3}, {4}}};
    EXPECT_EQ(find_steady(calls, places()), (Steady{true, true, false}));
}

TEST(Steady, IsNothingThatReadsInputsOrIsWrittenTwice) {
    EXPECT_EQ(find_steady(std::vector<plan::CallPlaces>{{{0, 3}, {1}}, {{1}, {2}}}, places()), (Steady{false, false})) << "an input";
    EXPECT_EQ(find_steady(std::vector<plan::CallPlaces>{{{0}, {1}}, {{0}, {1}}}, places()), (Steady{false, false})) << "two writers";
    EXPECT_EQ(find_steady(std::vector<plan::CallPlaces>{{{0}, {4}}}, places()), (Steady{false})) << "a value";
}

TEST(Steady, StopsWhereItWouldTakeTooMuchMemory) {
    std::vector<plan::SteadyPlace> large = places();
    large[1].bytes = plan::most_steady_bytes;
    EXPECT_EQ(find_steady(std::vector<plan::CallPlaces>{{{0}, {1}}, {{0}, {2}}}, large), (Steady{true, false}));
}

TEST(Steady, FollowsTheParameters) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{1, 8, 8, 4}, DType::f32});
    std::vector<float> weight(3 * 3 * 4 * 6);
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(i % 7) - 3;
    const auto parameter = std::make_shared<Parameter>("w", Shape{3, 3, 4, 6}, weight, true);
    const Tensor y = conv2d(x, graph.parameter(parameter));
    auto store = std::make_shared<ParameterStore>(shared_device(), std::vector<ParameterPtr>{parameter});
    Plan plan = compile(shared_device(), graph, {y}, store);
    ASSERT_FALSE(plan.state().steady.calls.empty()) << "the weight is copied with room for 8 filters";
    std::vector<float> image(8 * 8 * 4);
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i % 5);
    plan.set(x, image);
    plan.run();
    const std::vector<float> first = plan.read(y);
    EXPECT_TRUE(std::any_of(first.begin(), first.end(), [](float value) { return value != 0; }));
    plan.run();
    EXPECT_EQ(plan.read(y), first);
    for (float& value : weight) value *= 2;
    parameter->set_values(weight);
    store->upload();
    plan.run();
    const std::vector<float> second = plan.read(y);
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(second[i], 2 * first[i]) << i;
}

}  // namespace
}  // namespace hekla::tests
