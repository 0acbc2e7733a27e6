#include "kernels/embedding.h"

#include <hekla/ops.h>

#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

// embedding: inputs table, indices -> y ----------------------------------------------------------------
std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    require_rank(graph, node, 0, 2, "the table");
    require_dtype(graph, node, 1, DType::u32, "the indices");
    std::vector<std::uint64_t> dims = input_desc(graph, node, 1).shape.dims();
    dims.push_back(input_desc(graph, node, 0).shape[1]);
    return {{Shape(dims), DType::f32}};
}
void lower(const Node& node, Lowering& lowering) {
    const Shape& table = lowering.shape(node.inputs[0]);
    lowering.call(kernels::Embedding(u32(table[0]), u32(table[1]), u32(lowering.shape(node.inputs[1]).elements())),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const Shape& table = call.input_shape(0);
    reference::embedding(table[0], table[1], call.inputs[0], call.inputs[1], call.outputs[0]);
}

// embedding_gradient: inputs dy, indices -> dtable -------------------------------------------------------
std::vector<TensorDesc> infer_gradient(const Graph&, const Node& node) { return {{node.as<Shape>(), DType::f32}}; }
void lower_gradient(const Node& node, Lowering& lowering) {
    const Shape& table = node.as<Shape>();
    lowering.call(kernels::EmbeddingGradient(u32(table[0]), u32(table[1]), u32(lowering.shape(node.inputs[1]).elements())),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate_gradient(ReferenceCall& call) {
    const Shape& table = call.node.as<Shape>();
    reference::embedding_gradient(table[0], table[1], call.inputs[0], call.inputs[1], call.outputs[0]);
}
const OpDef gradient_op{.name = "embedding_gradient", .infer = infer_gradient, .gradient = nullptr, .lower = lower_gradient,
                        .reference = evaluate_gradient};

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const Shape table = input_desc(graph, node, 0).shape;
    return {graph.add(gradient_op, {dy[0], input_tensor(graph, node, 1)}, table)[0], Tensor()};
}

const OpDef embedding_op{.name = "embedding", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};

}  // namespace

Tensor embedding(Tensor table, Tensor indices) { return table.graph().add(embedding_op, {table, indices})[0]; }

}  // namespace hekla
