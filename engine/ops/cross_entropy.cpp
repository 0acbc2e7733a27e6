// Softmax with cross-entropy from logits, and what is counted beside it.

#include <hekla/ops.h>

#include "base/step_state.h"
#include "kernels/softmax.h"
#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

std::uint64_t rows_of(const Shape& logits) { return logits[0]; }
std::uint64_t columns_of(const Shape& logits) { return logits[1]; }

std::vector<std::uint32_t> labels_of(std::span<const double> values) {
    std::vector<std::uint32_t> labels;
    for (double value : values) labels.push_back(static_cast<std::uint32_t>(value));
    return labels;
}

template <bool one_hot>
void check_targets(const Graph& graph, const Node& node) {
    require_rank(graph, node, 0, 2, "logits");
    const TensorDesc& logits = input_desc(graph, node, 0);
    const TensorDesc expected = one_hot ? logits : TensorDesc{Shape{logits.shape[0]}, DType::u32};
    if (input_desc(graph, node, 1) != expected)
        op_error(node, std::string(one_hot ? "targets" : "labels") + " must be " + to_string(expected) + " and are " +
                           to_string(input_desc(graph, node, 1)) + " (logits " + to_string(logits) + ")");
}

template <bool one_hot>
std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    check_targets<one_hot>(graph, node);
    return {{Shape{input_desc(graph, node, 0).shape[0]}, DType::f32}};
}
template <bool one_hot>
void lower(const Node& node, Lowering& lowering) {
    const Shape& logits = lowering.shape(node.inputs[0]);
    lowering.call(kernels::CrossEntropyRows(one_hot, rows_of(logits), columns_of(logits)),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
template <bool one_hot>
void evaluate(ReferenceCall& call) {
    const Shape& logits = call.input_shape(0);
    if constexpr (one_hot)
        reference::cross_entropy_onehot(rows_of(logits), columns_of(logits), call.inputs[0], call.inputs[1], call.outputs[0]);
    else
        reference::cross_entropy(rows_of(logits), columns_of(logits), call.inputs[0], labels_of(call.inputs[1]), call.outputs[0]);
}

std::vector<TensorDesc> infer_gradient(const Graph& graph, const Node& node) { return {input_desc(graph, node, 0)}; }
template <bool one_hot>
void lower_gradient(const Node& node, Lowering& lowering) {
    const Shape& logits = lowering.shape(node.inputs[0]);
    lowering.call(kernels::CrossEntropyGradient(one_hot, rows_of(logits), columns_of(logits)),
                  {node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]});
}
template <bool one_hot>
void evaluate_gradient(ReferenceCall& call) {
    const Shape& logits = call.input_shape(0);
    if constexpr (one_hot)
        reference::cross_entropy_onehot_gradient(rows_of(logits), columns_of(logits), call.inputs[0], call.inputs[1], call.inputs[2],
                                                 call.outputs[0]);
    else
        reference::cross_entropy_gradient(rows_of(logits), columns_of(logits), call.inputs[0], labels_of(call.inputs[1]),
                                          call.inputs[2], call.outputs[0]);
}
/// inputs logits, targets, drow
template <bool one_hot>
const OpDef gradient_op{.name = "cross_entropy_gradient", .infer = infer_gradient, .gradient = nullptr,
                        .lower = lower_gradient<one_hot>, .reference = evaluate_gradient<one_hot>};

template <bool one_hot>
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> drow) {
    const Tensor logits = input_tensor(graph, node, 0), targets = input_tensor(graph, node, 1);
    return {graph.add(gradient_op<one_hot>, {logits, targets, drow[0]})[0], Tensor()};
}
template <bool one_hot>
const OpDef rows_op{.name = one_hot ? "cross_entropy_rows_onehot" : "cross_entropy_rows", .infer = infer<one_hot>,
                    .gradient = gradient<one_hot>, .lower = lower<one_hot>, .reference = evaluate<one_hot>};

// correct_rows ------------------------------------------------------------------------------------
void lower_correct(const Node& node, Lowering& lowering) {
    const Shape& logits = lowering.shape(node.inputs[0]);
    lowering.call(kernels::CorrectRows(rows_of(logits), columns_of(logits)), {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate_correct(ReferenceCall& call) {
    const Shape& logits = call.input_shape(0);
    reference::correct(rows_of(logits), columns_of(logits), call.inputs[0], labels_of(call.inputs[1]), call.outputs[0]);
}
const OpDef correct_op{.name = "correct_rows", .infer = infer<false>, .gradient = nullptr, .lower = lower_correct,
                       .reference = evaluate_correct};

// mean_rows: inputs rows, [step state] --------------------------------------------------------------
std::uint32_t live_rows(const ReferenceCall& call, std::size_t state_input, std::uint64_t all) {
    if (call.inputs.size() <= state_input) return static_cast<std::uint32_t>(all);
    const std::span<const double> words = call.inputs[state_input];
    return kernels::state_of({words.begin(), words.end()}).live_rows;
}

std::vector<TensorDesc> infer_mean(const Graph& graph, const Node& node) {
    require_rank(graph, node, 0, 1, "rows");
    return {{Shape{}, DType::f32}};
}
void lower_mean(const Node& node, Lowering& lowering) {
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    lowering.call(kernels::MeanRows(u32(lowering.shape(node.inputs[0])[0]), node.inputs.size() > 1), operands);
}
void evaluate_mean(ReferenceCall& call) {
    double sum = 0;
    for (double value : call.inputs[0]) sum += value;
    call.outputs[0][0] = sum / live_rows(call, 1, call.inputs[0].size());
}

struct MeanGradientAttributes {
    std::uint64_t rows;
};
std::vector<TensorDesc> infer_mean_gradient(const Graph&, const Node& node) {
    return {{Shape{node.as<MeanGradientAttributes>().rows}, DType::f32}};
}
void lower_mean_gradient(const Node& node, Lowering& lowering) {
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    lowering.call(kernels::MeanRowsGradient(u32(node.as<MeanGradientAttributes>().rows), node.inputs.size() > 1), operands);
}
void evaluate_mean_gradient(ReferenceCall& call) {
    const std::uint32_t live = live_rows(call, 1, call.outputs[0].size());
    for (std::size_t row = 0; row < call.outputs[0].size(); ++row)
        call.outputs[0][row] = row < live ? call.inputs[0][0] / live : 0.0;
}
/// inputs dmean, [step state]
const OpDef mean_gradient_op{.name = "mean_rows_gradient", .infer = infer_mean_gradient, .gradient = nullptr,
                             .lower = lower_mean_gradient, .reference = evaluate_mean_gradient};

std::vector<Tensor> gradient_mean(Graph& graph, const Node& node, std::span<const Tensor> dmean) {
    std::vector<Tensor> inputs = {dmean[0]};
    if (node.inputs.size() > 1) inputs.push_back(input_tensor(graph, node, 1));
    return {graph.add(mean_gradient_op, inputs, MeanGradientAttributes{input_desc(graph, node, 0).shape[0]})[0]};
}
const OpDef mean_op{.name = "mean_rows", .infer = infer_mean, .gradient = gradient_mean, .lower = lower_mean,
                    .reference = evaluate_mean};

}  // namespace

Tensor cross_entropy_rows(Tensor logits, Tensor labels) { return logits.graph().add(rows_op<false>, {logits, labels})[0]; }
Tensor cross_entropy_rows_onehot(Tensor logits, Tensor targets) { return logits.graph().add(rows_op<true>, {logits, targets})[0]; }
Tensor correct_rows(Tensor logits, Tensor labels) { return logits.graph().add(correct_op, {logits, labels})[0]; }

Tensor mean_rows(Tensor rows, Tensor step_state) {
    std::vector<Tensor> inputs = {rows};
    if (step_state) inputs.push_back(step_state);
    return rows.graph().add(mean_op, inputs)[0];
}
Tensor softmax_cross_entropy(Tensor logits, Tensor labels, Tensor step_state) {
    return mean_rows(cross_entropy_rows(logits, labels), step_state);
}

}  // namespace hekla
