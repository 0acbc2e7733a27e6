#pragma once
// The record of one operation: all that is true of it.

#include <span>
#include <vector>

#include <hekla/graph.h>

namespace hekla {

class Lowering;  // engine/ops/lowering.h: how a node becomes kernel calls

/// Operands of a reference evaluation, in double precision. Integers are stored as their value.
struct ReferenceCall {
    const Graph& graph;
    const Node& node;
    std::vector<std::span<const double>> inputs;
    std::vector<std::span<double>> outputs;

    const Shape& input_shape(std::size_t i) const { return graph.values()[node.inputs[i]].desc.shape; }
    const Shape& output_shape(std::size_t i) const { return graph.values()[node.outputs[i]].desc.shape; }
};

struct OpDef {
    const char* name;
    /// Shapes of the outputs from those of the inputs; throws Error if they do not fit.
    std::vector<TensorDesc> (*infer)(const Graph& graph, const Node& node);
    /// Gradients of the inputs (an empty Tensor: none) from those of the outputs (an empty Tensor: zero).
    /// Null: not differentiable.
    std::vector<Tensor> (*gradient)(Graph& graph, const Node& node, std::span<const Tensor> output_gradients);
    /// Turns a node into kernel calls. Null: the output is the input's memory (reshape).
    void (*lower)(const Node& node, Lowering& lowering);
    /// Plain double-precision evaluation: oracle of the tests. Null for updates in place.
    void (*reference)(ReferenceCall& call);
    /// Run for what it writes in place (updates, counters), not for outputs.
    bool has_effect = false;
    /// So little work that a plan short of memory computes the value again rather than keep it (plan/recompute.h).
    bool cheap = false;

    bool is_alias() const { return lower == nullptr; }
};

/// Shape of an input of a node under construction.
inline const TensorDesc& input_desc(const Graph& graph, const Node& node, std::size_t index) {
    return graph.values()[node.inputs.at(index)].desc;
}
inline Tensor input_tensor(Graph& graph, const Node& node, std::size_t index) {
    return Tensor(&graph, node.inputs.at(index));
}
inline Tensor output_tensor(Graph& graph, const Node& node, std::size_t index) {
    return Tensor(&graph, node.outputs.at(index));
}

}  // namespace hekla
