// Element by element, one operand: the rows of shaders/pointwise_rows.glsl.

#include <hekla/ops.h>

#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "reference/pointwise.h"

namespace hekla {
namespace {

const reference::UnaryRow& row_of(const Node& node) { return reference::unary_rows()[node.as<UnaryAttributes>().row]; }

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    require_dtype(graph, node, 0, DType::f32, "the input");
    return {input_desc(graph, node, 0)};
}
void lower(const Node& node, Lowering& lowering) {
    const auto& [row, parameter] = node.as<UnaryAttributes>();
    lowering.call(kernels::Unary(row, lowering.shape(node.inputs[0]).elements(), parameter), {node.inputs[0], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const reference::UnaryRow& row = row_of(call.node);
    const double parameter = call.node.as<UnaryAttributes>().parameter;
    for (std::size_t i = 0; i < call.inputs[0].size(); ++i) call.outputs[0][i] = row.forward(call.inputs[0][i], parameter);
}

/// inputs: what the row's gradient reads (input or output; dy again if neither), dy
void lower_gradient(const Node& node, Lowering& lowering) {
    const auto& [row, parameter] = node.as<UnaryAttributes>();
    lowering.call(kernels::UnaryGradient(row, lowering.shape(node.inputs[0]).elements(), parameter),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate_gradient(ReferenceCall& call) {
    const reference::UnaryRow& row = row_of(call.node);
    const double parameter = call.node.as<UnaryAttributes>().parameter;
    for (std::size_t i = 0; i < call.inputs[0].size(); ++i)
        call.outputs[0][i] = row.gradient(call.inputs[0][i], call.inputs[0][i], call.inputs[1][i], parameter);
}
}  // namespace

const OpDef unary_gradient_op{.name = "unary_gradient", .infer = infer, .gradient = nullptr, .lower = lower_gradient,
                              .reference = evaluate_gradient};

namespace {

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const reference::UnaryRow& row = row_of(node);
    const Tensor saved = row.gradient_reads_output  ? output_tensor(graph, node, 0)
                         : row.gradient_reads_input ? input_tensor(graph, node, 0)
                                                    : dy[0];
    return {graph.add(unary_gradient_op, {saved, dy[0]}, node.attributes)[0]};
}

}  // namespace

const OpDef unary_op{.name = "unary", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate, .cheap = true};

Tensor unary(std::string_view name, Tensor x, float parameter) {
    return x.graph().add(unary_op, {x}, UnaryAttributes{reference::unary_index(name), parameter})[0];
}

Tensor relu(Tensor x) { return unary("relu", x); }
Tensor leaky_relu(Tensor x, float slope) { return unary("leaky_relu", x, slope); }
Tensor elu(Tensor x, float alpha) { return unary("elu", x, alpha); }
Tensor sigmoid(Tensor x) { return unary("sigmoid", x); }
Tensor tanh(Tensor x) { return unary("tanh", x); }
Tensor gelu(Tensor x) { return unary("gelu", x); }
Tensor silu(Tensor x) { return unary("silu", x); }
Tensor softplus(Tensor x) { return unary("softplus", x); }
Tensor exp(Tensor x) { return unary("exp", x); }
Tensor log(Tensor x) { return unary("log", x); }
Tensor sqrt(Tensor x) { return unary("sqrt", x); }
Tensor abs(Tensor x) { return unary("abs", x); }
Tensor square(Tensor x) { return unary("square", x); }
Tensor negate(Tensor x) { return unary("negate", x); }
Tensor scale(Tensor x, float factor) { return unary("scale", x, factor); }
Tensor shift(Tensor x, float offset) { return unary("shift", x, offset); }

}  // namespace hekla
