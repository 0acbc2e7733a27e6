// Building graphs: shapes, kinds of values, layers, and what does not fit.

#include <gmock/gmock.h>
#include <hekla/ops.h>

#include <memory>

#include "base/step_state.h"
#include "support/expect_error.h"

namespace hekla {
namespace {

using testing::HasSubstr;
using tests::error_of;

ParameterPtr parameter(const char* name, Shape shape, bool trainable = true) {
    std::vector<float> values(shape.elements(), 0.5f);
    return std::make_shared<Parameter>(name, std::move(shape), std::move(values), trainable);
}

TEST(Graph, KnowsShapesOfWhatItBuilds) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{2, 8, 6, 3}, DType::f32});
    const Tensor weight = graph.parameter(parameter("weight", Shape{3, 3, 3, 4}));
    const Tensor y = max_pool2d(relu(conv2d(x, weight)));
    EXPECT_EQ(y.shape(), (Shape{2, 3, 2, 4}));
    EXPECT_EQ(flatten(y).shape(), (Shape{2, 24}));
    EXPECT_EQ(y.desc().dtype, DType::f32);
    EXPECT_EQ(graph.nodes().size(), 4u);
    EXPECT_EQ(graph.value(x).kind, ValueKind::input);
    EXPECT_EQ(graph.value(x).name, "x");
    EXPECT_EQ(graph.value(weight).kind, ValueKind::parameter);
    EXPECT_EQ(graph.value(y).kind, ValueKind::computed);
    EXPECT_EQ(graph.value(y).node, 2u);
}

TEST(Graph, OneParameterIsOneTensor) {
    Graph graph;
    const ParameterPtr first = parameter("same name", Shape{3}), second = parameter("same name", Shape{3});
    EXPECT_EQ(graph.parameter(first), graph.parameter(first));
    EXPECT_NE(graph.parameter(first), graph.parameter(second));
    EXPECT_EQ(graph.step_state(), graph.step_state());
    EXPECT_EQ(graph.step_ring(), graph.step_ring());
    EXPECT_EQ(graph.values().size(), 4u);
    EXPECT_EQ(graph.step_state().desc(), (TensorDesc{Shape{sizeof(StepState) / 4}, DType::u32}));
}

TEST(Graph, ReferencesStayValidWhileItGrows) {
    Graph graph;
    Tensor x = graph.input("x", {Shape{4}, DType::f32});
    x = relu(x);
    const Node& first = graph.nodes().front();
    const Value& value = graph.value(x);
    for (int i = 0; i < 1000; ++i) x = relu(x);
    EXPECT_EQ(&first, &graph.nodes().front());
    EXPECT_EQ(value.desc.shape, (Shape{4}));
}

TEST(Graph, NodesBelongToLayersAndPhases) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{4}, DType::f32});
    graph.begin_layer("first");
    relu(x);
    graph.begin_layer("first");
    relu(x);
    graph.begin_layer("second");
    graph.set_phase(Phase::update);
    relu(x);
    EXPECT_EQ(graph.layers(), (std::vector<std::string>{"graph", "first", "second"}));
    EXPECT_EQ(graph.nodes()[1].layer, 1u);
    EXPECT_EQ(graph.nodes()[2].layer, 2u);
    EXPECT_EQ(graph.nodes()[1].phase, Phase::forward);
    EXPECT_EQ(graph.nodes()[2].phase, Phase::update);
}

TEST(Graph, RefusesOperandsOfAnotherGraphAndEmptyOnes) {
    Graph graph, other;
    const Tensor x = graph.input("x", {Shape{4}, DType::f32});
    const Tensor stranger = other.input("x", {Shape{4}, DType::f32});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { add(x, stranger); }),
                HasSubstr("[add] an operand is empty or belongs to another Graph"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { add(x, Tensor()); }), HasSubstr("[add]"));
    error_of(ErrorCode::invalid_argument, [] { Tensor().desc(); });
    EXPECT_TRUE(graph.nodes().empty()) << "what failed left a node behind";
}

TEST(Graph, ErrorsShowBothShapes) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{8, 32, 32, 3}, DType::f32});
    const Tensor weight = graph.input("weight", {Shape{3, 3, 16, 32}, DType::f32});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { conv2d(x, weight); }),
                testing::AllOf(HasSubstr("[conv2d]"), HasSubstr("8x32x32x3"), HasSubstr("3x3x16x32")));
    const Tensor rows = graph.input("rows", {Shape{5, 7}, DType::f32});
    const Tensor matrix = graph.input("matrix", {Shape{6, 4}, DType::f32});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { matmul(rows, matrix); }),
                testing::AllOf(HasSubstr("5x7"), HasSubstr("6x4")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { add(rows, matrix); }),
                testing::AllOf(HasSubstr("5x7"), HasSubstr("6x4")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { reshape(rows, Shape{36}); }),
                testing::AllOf(HasSubstr("5x7"), HasSubstr("36")));
}

TEST(Graph, ValuesMustFitTheirShape) {
    Graph graph;
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { graph.constant(Shape{3}, {1, 2}); }),
                testing::AllOf(HasSubstr("3"), HasSubstr("2 values")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument,
                         [] { Parameter("conv2d_1.bias", Shape{2, 3}, std::vector<float>(5)); }),
                testing::AllOf(HasSubstr("conv2d_1.bias"), HasSubstr("2x3"), HasSubstr("5")));
    const ParameterPtr p = parameter("p", Shape{2});
    error_of(ErrorCode::invalid_argument, [&] { p->set_values({1}); });
    EXPECT_EQ(p->values(), (std::vector<float>{0.5f, 0.5f}));
    p->set_values({1, 2});
    EXPECT_EQ(p->values(), (std::vector<float>{1, 2}));
}

TEST(Graph, OnlyParametersAreAssigned) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{4}, DType::f32});
    const Tensor p = graph.parameter(parameter("p", Shape{4}, false));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { assign(x, p); }), HasSubstr("parameter"));
    const Tensor small = graph.input("small", {Shape{2}, DType::f32});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { assign(p, small); }),
                testing::AllOf(HasSubstr("f32 4"), HasSubstr("f32 2")));
}

TEST(Graph, MinimizeNeedsATrainableParameter) {
    Graph graph;
    const Tensor p = graph.parameter(parameter("statistics", Shape{4}, false));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { minimize(reduce_sum(square(p)), Sgd{}); }),
                HasSubstr("no trainable parameter"));
}

}  // namespace
}  // namespace hekla
