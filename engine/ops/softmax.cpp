#include <hekla/ops.h>

#include "kernels/softmax.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using kernels::SoftmaxKind;

std::uint64_t columns_of(const Shape& shape) { return shape.back(); }
std::uint64_t rows_of(const Shape& shape) { return shape.elements() / shape.back(); }

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    const TensorDesc& x = input_desc(graph, node, 0);
    if (x.shape.rank() == 0) op_error(node, "the input must have at least 1 dimension");
    return {x};
}

template <SoftmaxKind kind>
void lower(const Node& node, Lowering& lowering) {
    const Shape& shape = lowering.shape(node.inputs[0]);
    lowering.call(kernels::Softmax(kind, rows_of(shape), columns_of(shape)), {node.inputs[0], node.outputs[0]});
}
template <SoftmaxKind kind>
void evaluate(ReferenceCall& call) {
    const Shape& shape = call.input_shape(0);
    const auto function = kind == SoftmaxKind::plain ? reference::softmax : reference::log_softmax;
    function(rows_of(shape), columns_of(shape), call.inputs[0], call.outputs[0]);
}

/// inputs y, dy
template <SoftmaxKind kind>
void lower_gradient(const Node& node, Lowering& lowering) {
    const Shape& shape = lowering.shape(node.inputs[0]);
    lowering.call(kernels::SoftmaxGradient(kind, rows_of(shape), columns_of(shape)),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
template <SoftmaxKind kind>
void evaluate_gradient(ReferenceCall& call) {
    const Shape& shape = call.input_shape(0);
    const auto function = kind == SoftmaxKind::plain ? reference::softmax_gradient : reference::log_softmax_gradient;
    function(rows_of(shape), columns_of(shape), call.inputs[0], call.inputs[1], call.outputs[0]);
}

template <SoftmaxKind kind>
const OpDef gradient_op{.name = kind == SoftmaxKind::plain ? "softmax_gradient" : "log_softmax_gradient", .infer = infer,
                        .gradient = nullptr, .lower = lower_gradient<kind>, .reference = evaluate_gradient<kind>};

template <SoftmaxKind kind>
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    return {graph.add(gradient_op<kind>, {output_tensor(graph, node, 0), dy[0]})[0]};
}

template <SoftmaxKind kind>
const OpDef softmax_op{.name = kind == SoftmaxKind::plain ? "softmax" : "log_softmax", .infer = infer,
                       .gradient = gradient<kind>, .lower = lower<kind>, .reference = evaluate<kind>};

}  // namespace

Tensor softmax(Tensor x) { return x.graph().add(softmax_op<SoftmaxKind::plain>, {x})[0]; }
Tensor log_softmax(Tensor x) { return x.graph().add(softmax_op<SoftmaxKind::log>, {x})[0]; }

}  // namespace hekla
