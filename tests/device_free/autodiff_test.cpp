// Structure of the backward graph; what each op's gradient is worth is tested with the ops.

#include <gmock/gmock.h>
#include <hekla/ops.h>

#include <memory>

#include "graph/op_def.h"
#include "support/expect_error.h"
#include "support/interpreter.h"

namespace hekla {
namespace {

using testing::HasSubstr;
using tests::error_of;
using tests::Values;

class Autodiff : public testing::Test {
  protected:
    Tensor input(const char* name, Shape shape) { return graph_.input(name, {std::move(shape), DType::f32}); }

    static Values evaluate(const Graph& graph, Tensor wanted, const tests::Feeds& feeds) {
        return tests::interpret(graph, feeds, std::span(&wanted, 1))[0];
    }

    Graph graph_;
};

TEST_F(Autodiff, FanOutAccumulates) {
    const Tensor x = input("x", Shape{3});
    const Tensor loss = reduce_sum(add(multiply(x, x), add(x, scale(x, 4))));
    const Tensor wrt[] = {x};
    const std::vector<Tensor> dx = gradients(loss, wrt);
    ASSERT_EQ(dx.size(), 1u);
    EXPECT_EQ(dx[0].shape(), x.shape());
    EXPECT_EQ(evaluate(graph_, dx[0], {{x.id(), {1, -2, 3}}}), (Values{7, 1, 11}));
}

TEST_F(Autodiff, BroadcastsAreSummedBack) {
    const Tensor x = input("x", Shape{2, 3}), bias = input("bias", Shape{3});
    const Tensor wrt[] = {bias, x};
    const std::vector<Tensor> d = gradients(reduce_sum(multiply(x, bias)), wrt);
    EXPECT_EQ(d[0].shape(), bias.shape());
    EXPECT_EQ(evaluate(graph_, d[0], {{x.id(), {1, 2, 3, 4, 5, 6}}}), (Values{5, 7, 9}));
    EXPECT_EQ(evaluate(graph_, d[1], {{bias.id(), {7, 8, 9}}}), (Values{7, 8, 9, 7, 8, 9}));
}

TEST_F(Autodiff, WhatTheLossDoesNotDependOnHasZeros) {
    const Tensor x = input("x", Shape{2}), other = input("other", Shape{2, 2});
    const Tensor wrt[] = {other, x};
    const std::vector<Tensor> d = gradients(reduce_sum(x), wrt);
    EXPECT_EQ(d[0].shape(), other.shape());
    EXPECT_EQ(evaluate(graph_, d[0], {{other.id(), {1, 2, 3, 4}}}), (Values{0, 0, 0, 0}));
    EXPECT_EQ(evaluate(graph_, d[1], {}), (Values{1, 1}));
}

TEST_F(Autodiff, IntermediateValuesHaveGradientsToo) {
    const Tensor x = input("x", Shape{2});
    const Tensor middle = scale(x, 3);
    const Tensor wrt[] = {middle, x};
    const std::vector<Tensor> d = gradients(reduce_sum(square(middle)), wrt);
    EXPECT_EQ(evaluate(graph_, d[0], {{x.id(), {1, 2}}}), (Values{6, 12}));
    EXPECT_EQ(evaluate(graph_, d[1], {{x.id(), {1, 2}}}), (Values{18, 36}));
    const Tensor only_middle[] = {middle};
    const Tensor loss = reduce_sum(square(middle));
    EXPECT_EQ(evaluate(graph_, gradients(loss, only_middle)[0], {{x.id(), {1, 2}}}), (Values{6, 12}));
}

TEST_F(Autodiff, TheLossItselfHasGradientOne) {
    const Tensor loss = reduce_sum(input("x", Shape{4}));
    const Tensor wrt[] = {loss};
    EXPECT_EQ(evaluate(graph_, gradients(loss, wrt)[0], {}), (Values{1}));
}

TEST_F(Autodiff, TakesAGradientFromOutside) {
    const Tensor x = input("x", Shape{3}), dy = input("dy", Shape{3});
    const Tensor wrt[] = {x};
    const std::vector<Tensor> d = gradients(square(x), dy, wrt);
    EXPECT_EQ(evaluate(graph_, d[0], {{x.id(), {1, 2, 3}}, {dy.id(), {10, 20, 30}}}), (Values{20, 80, 180}));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { gradients(square(x), input("dy", Shape{2}), wrt); }),
                testing::AllOf(HasSubstr("3"), HasSubstr("2")));
}

TEST_F(Autodiff, AnOpWithoutGradientIsNamed) {
    const Tensor x = input("x", Shape{2, 3});
    const Tensor wrt[] = {x};
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { gradients(reduce_sum(maximum(x, x)), wrt); }),
                HasSubstr("maximum has no gradient"));
    // Off the way from wrt to the loss it does not matter.
    const Tensor other = input("other", Shape{2, 3});
    EXPECT_NO_THROW(gradients(reduce_sum(add(x, maximum(other, other))), wrt));
}

TEST_F(Autodiff, TheLossMustBeOneNumber) {
    const Tensor x = input("x", Shape{2, 3});
    const Tensor wrt[] = {x};
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { gradients(relu(x), wrt); }), HasSubstr("2x3"));
}

TEST_F(Autodiff, BackwardNodesStandInTheirLayerAndPhase) {
    const Tensor x = input("x", Shape{2, 3});
    graph_.begin_layer("first");
    const Tensor h = relu(x);
    graph_.begin_layer("second");
    const Tensor loss = reduce_sum(sigmoid(h));
    const std::size_t forward = graph_.nodes().size();
    const Tensor wrt[] = {x};
    gradients(loss, wrt);
    std::vector<bool> seen(graph_.layers().size(), false);
    for (std::size_t i = forward; i < graph_.nodes().size(); ++i) {
        EXPECT_EQ(graph_.nodes()[i].phase, Phase::backward);
        seen[graph_.nodes()[i].layer] = true;
    }
    EXPECT_TRUE(seen[1] && seen[2]);
    EXPECT_EQ(graph_.layer(), 2u);
    EXPECT_EQ(graph_.phase(), Phase::forward);
}

TEST_F(Autodiff, NothingIsComputedTowardsValuesNobodyAsksFor) {
    const Tensor x = input("x", Shape{4, 5}), weight = input("weight", Shape{5, 6});
    const Tensor loss = reduce_sum(matmul(x, weight));
    const Tensor wrt[] = {weight};
    const std::size_t before = graph_.nodes().size();
    const Tensor dw = gradients(loss, wrt)[0];
    EXPECT_EQ(dw.shape(), weight.shape());
    EXPECT_GT(graph_.nodes().size(), before);
}

}  // namespace
}  // namespace hekla
