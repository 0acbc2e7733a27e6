// Compiled plans: inputs and outputs, what persists, parameters that several plans share.

#include <gmock/gmock.h>
#include <hekla/ops.h>
#include <hekla/plan.h>

#include <memory>
#include <optional>

#include "plan/plan_state.h"
#include "support/expect_error.h"
#include "support/shared_device.h"

namespace hekla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::error_of;
using tests::shared_device;
using Floats = std::vector<float>;

ParameterPtr parameter(const char* name, Shape shape, Floats values, bool trainable = true) {
    return std::make_shared<Parameter>(name, std::move(shape), std::move(values), trainable);
}

TEST(Plan, SetsRunsAndReads) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{2, 3}, DType::f32});
    const Tensor w = graph.parameter(parameter("w", Shape{3, 2}, {1, 2, 3, 4, 5, 6}));
    const Tensor y = dense(x, w, graph.constant(Shape{2}, {10, 20}));
    const Tensor z = relu(negate(y));
    Plan plan = compile(shared_device(), graph, {y, z});
    plan.set(x, Floats{1, 0, 0, 0, 1, -10});
    plan.run();
    EXPECT_EQ(plan.read(y), (Floats{11, 22, -37, -36}));
    EXPECT_EQ(plan.read(z), (Floats{0, 0, 37, 36}));
    plan.set(x, Floats{0, 0, 0, 0, 0, 0});
    EXPECT_EQ(plan.read(y), (Floats{11, 22, -37, -36})) << "before the next run";
    plan.run();
    EXPECT_EQ(plan.read(y), (Floats{10, 20, 10, 20}));
    Plan moved = std::move(plan);
    moved.set(x, Floats{1, 1, 1, 1, 1, 1});
    moved.run();
    EXPECT_EQ(moved.read(y), (Floats{19, 32, 19, 32}));
}

TEST(Plan, IntegersAreInputsToo) {
    Graph graph;
    const Tensor logits = graph.input("logits", {Shape{2, 3}, DType::f32});
    const Tensor labels = graph.input("labels", {Shape{2}, DType::u32});
    const Tensor correct = correct_rows(logits, labels);
    Plan plan = compile(shared_device(), graph, {correct});
    plan.set(logits, Floats{1, 5, 2, 7, 7, 0});
    plan.set(labels, std::vector<std::uint32_t>{1, 1});
    plan.run();
    EXPECT_EQ(plan.read(correct), (Floats{1, 0}));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.set(labels, Floats{1, 1}); }),
                AllOf(HasSubstr("labels"), HasSubstr("u32 2"), HasSubstr("f32")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.read(labels); }), HasSubstr("u32"));
}

TEST(Plan, WrongSizesAndTensorsAreErrors) {
    Graph graph, other;
    const Tensor x = graph.input("x", {Shape{2, 3}, DType::f32});
    const Tensor middle = sigmoid(x);
    const Tensor y = reduce_sum(middle);
    const Tensor unused = square(x);
    Plan plan = compile(shared_device(), graph, {y});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.set(x, Floats(5)); }),
                AllOf(HasSubstr("x is f32 2x3"), HasSubstr("5 values")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.set(y, Floats(1)); }), HasSubstr("only inputs"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.read(unused); }), HasSubstr("output"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.read(middle); }), HasSubstr("output"));
    const Tensor stranger = other.input("x", {Shape{2, 3}, DType::f32});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.set(stranger, Floats(6)); }), HasSubstr("another Graph"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.read(stranger); }), HasSubstr("another Graph"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { plan.read(Tensor()); }), HasSubstr("empty"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { compile(shared_device(), graph, {stranger}); }), HasSubstr("another Graph"));
}

TEST(Plan, OutputsMayBeInputsParametersOrViews) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{2, 2}, DType::f32});
    const Tensor p = graph.parameter(parameter("p", Shape{2}, {3, 4}));
    const Tensor view = reshape(square(x), Shape{4});
    Plan plan = compile(shared_device(), graph, {x, p, view});
    plan.set(x, Floats{1, 2, 3, 4});
    plan.run();
    EXPECT_EQ(plan.read(x), (Floats{1, 2, 3, 4}));
    EXPECT_EQ(plan.read(p), (Floats{3, 4}));
    EXPECT_EQ(plan.read(view), (Floats{1, 4, 9, 16}));
}

TEST(Plan, ScratchIsReused) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{1024}, DType::f32});
    Tensor y = x;
    for (int i = 0; i < 40; ++i) y = sigmoid(shift(y, 0.1f));
    Plan plan = compile(shared_device(), graph, {reduce_sum(y)});
    EXPECT_LE(plan.scratch_bytes(), 4 * 4096u);
    EXPECT_GE(plan.scratch_bytes(), plan.state().scratch_bound_bytes);
}

TEST(Plan, AGradientOfAnOutputsMemoryIsRight) {
    // Computed on the device, with reuse of memory in between: d/dx sum(sigmoid(x)^2).
    Graph graph;
    const Tensor x = graph.input("x", {Shape{3}, DType::f32});
    const Tensor loss = reduce_sum(square(sigmoid(x)));
    const Tensor wrt[] = {x};
    const Tensor dx = gradients(loss, wrt)[0];
    Plan plan = compile(shared_device(), graph, {dx});
    plan.set(x, Floats{0, 1, -2});
    plan.run();
    const Floats got = plan.read(dx);
    for (std::size_t i = 0; i < 3; ++i) {
        const double s = 1 / (1 + std::exp(-Floats{0, 1, -2}[i]));
        EXPECT_NEAR(got[i], 2 * s * s * (1 - s), 1e-6);
    }
}

// Parameters ------------------------------------------------------------------------------------------

/// A graph that keeps a running average of its input's mean.
struct Averaging {
    ParameterPtr average = parameter("average", Shape{2}, {0, 0}, false);
    Graph graph;
    Tensor x = graph.input("x", {Shape{4, 2}, DType::f32});

    Averaging() {
        const Tensor old = graph.parameter(average);
        assign(old, add(scale(old, 0.5f), scale(reduce_mean(x, {0}), 0.5f)));
    }
};

TEST(Assign, PersistsOverRunsAndIsFetched) {
    Averaging net;
    Plan plan = compile(shared_device(), net.graph, {});
    plan.set(net.x, Floats{1, 8, 1, 8, 1, 8, 1, 8});
    plan.run();
    EXPECT_EQ(net.average->values(), (Floats{0.5f, 4}));
    plan.run();
    EXPECT_EQ(net.average->values(), (Floats{0.75f, 6}));
    net.average->set_values({4, 0});
    plan.run();
    EXPECT_EQ(net.average->values(), (Floats{2.5f, 4}));
}

TEST(Assign, OutlivesItsPlan) {
    Averaging net;
    {
        Plan plan = compile(shared_device(), net.graph, {});
        plan.set(net.x, Floats{1, 8, 1, 8, 1, 8, 1, 8});
        plan.run();
        plan.run();
    }
    EXPECT_EQ(net.average->values(), (Floats{0.75f, 6}));
}

/// One step of gradient descent on (w - x)^2 summed, in a graph of its own batch size.
struct Descent {
    Graph graph;
    Tensor x, y;
    std::optional<Plan> plan;

    Descent(const ParameterPtr& w, std::uint64_t batch, std::shared_ptr<ParameterStore> store) {
        x = graph.input("x", {Shape{batch, 2}, DType::f32});
        const Tensor weight = graph.parameter(w);
        y = subtract(weight, x);
        minimize(reduce_sum(reduce_mean(square(y), {0})), Sgd{});
        plan.emplace(compile(shared_device(), graph, {y}, std::move(store)));
        plan->set_learning_rate(0.25f);
    }
    void step(const Floats& target) {
        Floats values;
        for (std::uint64_t i = 0; i < x.shape()[0]; ++i) values.insert(values.end(), target.begin(), target.end());
        plan->set(x, values);
        plan->run();
    }
};

TEST(ParameterStore, IsSharedByPlansOfTwoBatches) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0});
    const auto store = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    Descent large(w, 8, store), small(w, 1, store);
    large.step({4, -8});
    EXPECT_EQ(w->values(), (Floats{2, -4}));
    small.step({4, -8});
    EXPECT_EQ(small.plan->read(small.y), (Floats{-2, 4})) << "the second plan saw old parameters";
    EXPECT_EQ(w->values(), (Floats{3, -6}));
    w->set_values({0, 0});
    large.step({4, -8});
    EXPECT_EQ(w->values(), (Floats{2, -4}));
}

TEST(ParameterStore, MayGoFirst) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0});
    auto store = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    {
        Descent descent(w, 2, store);
        descent.step({4, -8});
        store.reset();  // the plan keeps it
        descent.step({4, -8});
    }
    EXPECT_EQ(w->values(), (Floats{3, -6}));
    w->set_values({1, 1});
    EXPECT_EQ(w->values(), (Floats{1, 1}));
}

TEST(ParameterStore, OutlivesTheUsersParameters) {
    auto w = parameter("w", Shape{2}, {0, 0});
    const auto store = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    Descent descent(w, 2, store);
    w.reset();
    descent.step({4, -8});
    descent.step({4, -8});
    EXPECT_EQ(descent.plan->read(descent.y), (Floats{-2, 4, -2, 4}));
}

TEST(ParameterStore, HandsOverToTheNext) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0});
    auto first = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    {
        Descent descent(w, 2, first);
        descent.step({4, -8});
    }
    const auto second = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    Descent descent(w, 3, second);
    EXPECT_EQ(w->values(), (Floats{2, -4}));
    descent.step({4, -8});
    first.reset();  // what it holds is old
    EXPECT_EQ(w->values(), (Floats{3, -6}));
}

TEST(ParameterStore, AnOldOneDoesNotOverwriteWhatTheNextHolds) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0});
    auto first = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    std::optional<Descent> old(std::in_place, w, 2, first);
    const auto second = std::make_shared<ParameterStore>(shared_device(), std::vector{w});
    Descent descent(w, 3, second);
    old->step({100, 100});  // trains what no longer counts
    descent.step({4, -8});
    EXPECT_EQ(w->values(), (Floats{2, -4}));
    old.reset();
    first.reset();
    EXPECT_EQ(w->values(), (Floats{2, -4}));
}

TEST(ParameterStore, MustHoldWhatThePlanNeeds) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0}), other = parameter("other", Shape{2}, {0, 0});
    const auto store = std::make_shared<ParameterStore>(shared_device(), std::vector{other});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { Descent(w, 1, store); }), HasSubstr("does not hold w"));
}

TEST(ParameterStore, TrainsOnlyWhatIsTrainable) {
    const ParameterPtr w = parameter("w", Shape{2}, {0, 0}), fixed = parameter("fixed", Shape{2}, {5, 6}, false);
    Graph graph;
    const Tensor x = graph.input("x", {Shape{2}, DType::f32});
    minimize(reduce_sum(square(subtract(multiply(graph.parameter(w), graph.parameter(fixed)), x))), Sgd{});
    Plan plan = compile(shared_device(), graph, {});
    plan.set_learning_rate(0.01f);
    plan.set(x, Floats{1, 1});
    plan.run();
    EXPECT_NEAR(w->values()[0], 0.1, 1e-6);
    EXPECT_NEAR(w->values()[1], 0.12, 1e-6);
    EXPECT_EQ(fixed->values(), (Floats{5, 6}));
}

}  // namespace
}  // namespace hekla
