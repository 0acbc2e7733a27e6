#include <hekla/ops.h>

#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "reference/reference.h"

namespace hekla {
namespace {

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) { return {input_desc(graph, node, 0)}; }
void lower(const Node& node, Lowering& lowering) {
    const auto& [rate, stream] = node.as<DropoutAttributes>();
    lowering.call(kernels::Dropout(lowering.shape(node.inputs[0]).elements(), rate, stream),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const auto& [rate, stream] = call.node.as<DropoutAttributes>();
    const StepState state = kernels::state_of({call.inputs[1].begin(), call.inputs[1].end()});
    reference::dropout(rate, state.seed, state.random_counter, stream, call.inputs[0], call.outputs[0]);
}
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    // The same mask on dy: the random numbers depend on the position alone.
    return {graph.add(*node.op, {dy[0], input_tensor(graph, node, 1)}, node.attributes)[0], Tensor()};
}
}  // namespace

const OpDef dropout_op{.name = "dropout", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate, .cheap = true};

Tensor dropout(Tensor x, float rate, Tensor step_state, std::uint32_t stream) {
    if (!(rate >= 0 && rate < 1))
        throw Error(ErrorCode::invalid_argument, "[dropout] the rate must lie in [0, 1) and is " + std::to_string(rate));
    if (rate == 0) return x;
    return x.graph().add(dropout_op, {x, step_state}, DropoutAttributes{rate, stream})[0];
}

}  // namespace hekla
