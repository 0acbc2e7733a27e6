// What is made twice to save memory, and what must not be.

#include "plan/recompute.h"

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <algorithm>
#include <memory>

#include "graph/op_def.h"

namespace hekla::plan {
namespace {

class RecomputeTest : public testing::Test {
  protected:
    Tensor parameter(Shape shape, bool trainable = true) {
        std::vector<float> values(shape.elements(), 0.1f);
        return graph_.parameter(std::make_shared<Parameter>("p", shape, values, trainable));
    }
    bool temporary(std::uint32_t root) const { return graph_.values()[root].kind == ValueKind::computed; }
    Program recomputed(const Program& program) {
        Program changed = program;
        recompute(changed, graph_, [this](std::uint32_t root) { return temporary(root); });
        return changed;
    }
    std::uint64_t bytes(const Program& program) const {
        return live_bytes(program, graph_, [this](std::uint32_t root) { return temporary(root); });
    }
    static std::ptrdiff_t count(const Program& program, const std::string& op, Phase phase) {
        return std::count_if(program.nodes.begin(), program.nodes.end(),
                             [&](const Node& node) { return node.op->name == op && node.phase == phase; });
    }
    /// Whether every value is made before it is read.
    void expect_in_order(const Program& program) const {
        std::vector<bool> made(graph_.values().size(), false);
        for (std::size_t id = 0; id < made.size(); ++id) made[id] = graph_.values()[id].kind != ValueKind::computed;
        for (const Node& node : program.nodes) {
            for (std::uint32_t input : node.inputs) EXPECT_TRUE(made[input]) << node.op->name;
            for (std::uint32_t output : node.outputs) made[output] = true;
        }
    }

    Graph graph_;
    Tensor x_ = graph_.input("x", {Shape{512, 16}, DType::f32});
};

TEST_F(RecomputeTest, ACheapValueIsMadeAgainForTheWayBack) {
    // The product's result is kept for relu's gradient; dropout's could be had from it.
    const Tensor h = relu(dense(x_, parameter(Shape{16, 32})));
    const Tensor y = dense(dropout(h, 0.5f, graph_.step_state(), 0), parameter(Shape{32, 32}));
    minimize(reduce_sum(relu(y)), Sgd{});
    Program before = extract(graph_, {});
    fuse_activations(before);
    const Program after = recomputed(before);
    EXPECT_LT(bytes(after), bytes(before));
    EXPECT_EQ(count(after, "dropout", Phase::forward), 1);
    EXPECT_EQ(count(after, "dropout", Phase::backward), count(before, "dropout", Phase::backward) + 1);
    EXPECT_EQ(count(after, "matmul", Phase::forward), count(before, "matmul", Phase::forward)) << "a product is not cheap";
    expect_in_order(after);
}

TEST_F(RecomputeTest, AChainIsMadeAgainFromItsBeginning) {
    const Tensor image = graph_.input("image", {Shape{2, 16, 16, 8}, DType::f32});
    const Tensor h = conv2d(image, parameter(Shape{3, 3, 8, 8}));
    const Tensor pooled = gelu(sigmoid(max_pool2d(relu(h))));
    Tensor y = conv2d(pooled, parameter(Shape{1, 1, 8, 32}));
    minimize(reduce_sum(square(y)), Sgd{});
    const Program before = extract(graph_, {});
    const Program after = recomputed(before);
    EXPECT_LT(bytes(after), bytes(before));
    expect_in_order(after);
}

TEST_F(RecomputeTest, WhereNothingIsWonNothingIsMadeTwice) {
    const Tensor y = dense(x_, parameter(Shape{16, 64}));
    minimize(reduce_sum(sigmoid(y)), Sgd{});
    const Program before = extract(graph_, {});
    EXPECT_EQ(recomputed(before).nodes.size(), before.nodes.size());
    const Program inference = extract(graph_, {y.id()});
    EXPECT_EQ(recomputed(inference).nodes.size(), inference.nodes.size());
}

TEST_F(RecomputeTest, WhatReadsAnAssignedParameterIsMadeOnce) {
    const Tensor average = parameter(Shape{32}, false);
    const Tensor h = add(relu(dense(x_, parameter(Shape{16, 32}))), average);
    assign(average, reduce_mean(h, {0}));
    const Tensor y = dense(h, parameter(Shape{32, 32}));
    minimize(reduce_sum(relu(y)), Sgd{});
    const Program before = extract(graph_, {});
    EXPECT_EQ(count(recomputed(before), "add", Phase::backward), count(before, "add", Phase::backward));
}

}  // namespace
}  // namespace hekla::plan
