#include "plan/program.h"

#include <algorithm>
#include <numeric>

#include "ops/op_records.h"
#include "plan/uses.h"
#include "reference/pointwise.h"

namespace hekla::plan {

Program extract(const Graph& graph, std::vector<std::uint32_t> outputs) {
    std::vector<bool> needed(graph.values().size(), false);
    for (std::uint32_t output : outputs) needed[output] = true;
    Program program;
    for (std::size_t i = graph.nodes().size(); i-- > 0;) {
        const Node& node = graph.nodes()[i];
        const bool wanted = node.op->has_effect || std::any_of(node.outputs.begin(), node.outputs.end(), [&](std::uint32_t output) { return needed[output]; });
        if (!wanted) continue;
        for (std::uint32_t input : node.inputs) needed[input] = true;
        program.nodes.push_back(node);
    }
    std::reverse(program.nodes.begin(), program.nodes.end());
    program.root.resize(graph.values().size());
    std::iota(program.root.begin(), program.root.end(), 0u);
    for (const Node& node : program.nodes)
        if (node.op->is_alias()) program.root[node.outputs[0]] = program.root[node.inputs[0]];
    program.outputs = std::move(outputs);
    return program;
}

namespace {

kernels::Epilogue* epilogue_of(Node& node) {
    if (node.op == &conv2d_op) return &std::any_cast<Conv2dAttributes&>(node.attributes).epilogue;
    if (node.op == &matmul_op) return &std::any_cast<MatmulAttributes&>(node.attributes).epilogue;
    return nullptr;
}

/// Applies `fuse(uses, node)` to every node; those for which it returns true are dropped.
template <class Fuse>
void fuse_into_source(Program& program, const Fuse& fuse) {
    Uses uses(program);
    std::vector<Node> kept;
    std::vector<bool> gone;
    for (Node& node : program.nodes) gone.push_back(fuse(uses, node));
    for (std::size_t i = 0; i < program.nodes.size(); ++i)
        if (!gone[i]) kept.push_back(std::move(program.nodes[i]));
    program.nodes = std::move(kept);
}

}  // namespace

void fuse_activations(Program& program) {
    fuse_into_source(program, [&](Uses& uses, Node& activation) {
        if (activation.op != &unary_op) return false;
        Node* product = uses.sole_source(program, activation.inputs[0]);
        kernels::Epilogue* epilogue = product ? epilogue_of(*product) : nullptr;
        if (!epilogue || epilogue->activation) return false;
        epilogue->activation = activation.as<UnaryAttributes>().row + 1;
        epilogue->parameter = activation.as<UnaryAttributes>().parameter;
        product->outputs = activation.outputs;
        return true;
    });
}

void fuse_activation_gradients(Program& program) {
    fuse_into_source(program, [&](Uses& uses, Node& gradient) {
        if (gradient.op != &unary_gradient_op) return false;
        const auto& activation = gradient.as<UnaryAttributes>();
        if (activation.row != reference::unary_index("relu")) return false;
        Node* pool = uses.sole_source(program, gradient.inputs[1]);
        if (!pool || pool->op != &pool2d_gradient_op) return false;
        auto& attributes = std::any_cast<PoolAttributes&>(pool->attributes);
        const bool same = attributes.kind == kernels::PoolKind::maximum && pool->inputs[0] == gradient.inputs[0];
        if (!same || attributes.relu) return false;
        attributes.relu = true;
        pool->outputs = gradient.outputs;
        return true;
    });
}

}  // namespace hekla::plan
