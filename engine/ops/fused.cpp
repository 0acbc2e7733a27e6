#include "ops/fused.h"

#include "kernels/conv2d.h"
#include "kernels/loss_step.h"
#include "ops/checks.h"
#include "ops/lowering.h"

namespace hekla {
namespace {

/// Their outputs are values that the graph has already.
std::vector<TensorDesc> infer_nothing(const Graph&, const Node&) { return {}; }

std::vector<std::uint32_t> all_operands(const Node& node) {
    std::vector<std::uint32_t> operands = node.inputs;
    operands.insert(operands.end(), node.outputs.begin(), node.outputs.end());
    return operands;
}

void lower_dense_gradients(const Node& node, Lowering& lowering) {
    lowering.call(kernels::DenseGradients(node.as<kernels::DenseGeometry>()), all_operands(node));
}

void lower_conv2d_gradients(const Node& node, Lowering& lowering) {
    lowering.call(kernels::Conv2dWeightAndBiasGradient(node.as<Conv2dGeometry>()), all_operands(node));
}

void lower_loss_step(const Node& node, Lowering& lowering) {
    const Shape& logits = lowering.shape(node.inputs[0]);
    lowering.call(kernels::LossStep(u32(logits[0]), u32(logits[1]), !node.outputs.empty()), all_operands(node));
}

}  // namespace

const OpDef dense_gradients_op{.name = "dense_gradients", .infer = infer_nothing, .gradient = nullptr, .lower = lower_dense_gradients,
                               .reference = nullptr};
const OpDef conv2d_weight_and_bias_gradient_op{.name = "conv2d_weight_and_bias_gradient", .infer = infer_nothing, .gradient = nullptr,
                                               .lower = lower_conv2d_gradients, .reference = nullptr};
const OpDef loss_step_op{.name = "loss_step", .infer = infer_nothing, .gradient = nullptr, .lower = lower_loss_step, .reference = nullptr,
                         .has_effect = true};

}  // namespace hekla
