// From the graph to what runs: dead nodes go, effects stay, activations are fused where that is safe.

#include "plan/program.h"

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <algorithm>
#include <memory>

#include "ops/op_records.h"

namespace hekla::plan {
namespace {

class ProgramTest : public testing::Test {
  protected:
    Tensor parameter(Shape shape, bool trainable = true) {
        std::vector<float> values(shape.elements(), 0.1f);
        return graph_.parameter(std::make_shared<Parameter>("p", shape, values, trainable));
    }
    std::vector<std::string> names(const Program& program) const {
        std::vector<std::string> names;
        for (const Node& node : program.nodes) names.push_back(node.op->name);
        return names;
    }
    static Program fused(const Graph& graph, std::vector<std::uint32_t> outputs) {
        Program program = extract(graph, std::move(outputs));
        fuse_activations(program);
        return program;
    }

    Graph graph_;
    Tensor x_ = graph_.input("x", {Shape{4, 5}, DType::f32});
};

using Names = std::vector<std::string>;

TEST_F(ProgramTest, DeadNodesAreDropped) {
    const Tensor y = add(x_, x_);
    sigmoid(y);           // nobody asks for it
    maximum(x_, x_);      // nor for this
    const Program program = extract(graph_, {y.id()});
    EXPECT_EQ(names(program), Names{"add"});
    EXPECT_EQ(program.outputs, std::vector<std::uint32_t>{y.id()});
    EXPECT_TRUE(extract(graph_, {}).nodes.empty());
}

TEST_F(ProgramTest, EffectsAreKeptWithWhatTheyNeed) {
    const Tensor average = parameter(Shape{4, 5}, false);
    assign(average, add(scale(average, 0.9f), scale(x_, 0.1f)));
    sigmoid(x_);
    const Program program = extract(graph_, {});
    ASSERT_EQ(program.nodes.size(), 4u);
    EXPECT_EQ(std::string(program.nodes.back().op->name), "assign");
}

TEST_F(ProgramTest, AliasesShareTheirRoot) {
    const Tensor y = add(x_, x_);
    const Tensor flat = reshape(reshape(y, Shape{20}), Shape{2, 10});
    const Program program = extract(graph_, {flat.id()});
    EXPECT_EQ(program.root[flat.id()], y.id());
    EXPECT_EQ(program.root[y.id()], y.id());
}

TEST_F(ProgramTest, AnActivationIsFusedIntoItsOnlyMaker) {
    const Tensor y = leaky_relu(dense(x_, parameter(Shape{5, 6}), parameter(Shape{6})), 0.25f);
    const Program program = fused(graph_, {y.id()});
    ASSERT_EQ(names(program), Names{"matmul"});
    const auto& epilogue = program.nodes[0].as<MatmulAttributes>().epilogue;
    EXPECT_NE(epilogue.activation, 0u);
    EXPECT_EQ(epilogue.parameter, 0.25f);
    EXPECT_EQ(program.nodes[0].outputs, std::vector<std::uint32_t>{y.id()});
    EXPECT_EQ(graph_.nodes().size(), 2u) << "the graph was changed";
    EXPECT_EQ(graph_.nodes()[0].as<MatmulAttributes>().epilogue.activation, 0u) << "the graph was changed";
}

TEST_F(ProgramTest, AConvolutionTakesOneActivationOnly) {
    const Tensor image = graph_.input("image", {Shape{1, 6, 6, 2}, DType::f32});
    const Tensor y = sigmoid(relu(conv2d(image, parameter(Shape{3, 3, 2, 4}))));
    EXPECT_EQ(names(fused(graph_, {y.id()})), (Names{"conv2d", graph_.nodes().back().op->name}));
}

TEST_F(ProgramTest, WhatAnotherReadsIsNotFused) {
    const Tensor h = dense(x_, parameter(Shape{5, 6}));
    const Tensor y = add(relu(h), h);
    EXPECT_EQ(fused(graph_, {y.id()}).nodes.size(), 3u);
}

TEST_F(ProgramTest, AnOutputIsNotFusedAway) {
    const Tensor h = dense(x_, parameter(Shape{5, 6}));
    const Tensor y = relu(h);
    EXPECT_EQ(fused(graph_, {y.id(), h.id()}).nodes.size(), 2u);
    EXPECT_EQ(fused(graph_, {h.id()}).nodes.size(), 1u);
}

TEST_F(ProgramTest, TheWayBackKeepsTheInputsItReads) {
    // gelu's gradient reads its input; relu's reads its output.
    for (const bool reads_input : {true, false}) {
        Graph graph;
        const Tensor x = graph.input("x", {Shape{4, 5}, DType::f32});
        const Tensor weight = graph.parameter(
            std::make_shared<Parameter>("weight", Shape{5, 6}, std::vector<float>(30, 0.1f)));
        const Tensor h = dense(x, weight);
        const Tensor loss = reduce_sum(reads_input ? gelu(h) : relu(h));
        minimize(loss, Sgd{});
        const Program before = extract(graph, {loss.id()});
        const Program after = fused(graph, {loss.id()});
        EXPECT_EQ(after.nodes.size(), before.nodes.size() - (reads_input ? 0 : 1)) << reads_input;
        std::vector<bool> made(graph.values().size(), false);
        for (std::size_t id = 0; id < made.size(); ++id) made[id] = graph.values()[id].kind != ValueKind::computed;
        for (const Node& node : after.nodes) {
            for (std::uint32_t input : node.inputs) EXPECT_TRUE(made[input]) << node.op->name;
            for (std::uint32_t output : node.outputs) made[output] = true;
        }
    }
}

}  // namespace
}  // namespace hekla::plan
