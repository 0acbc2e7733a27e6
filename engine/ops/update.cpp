// What a step does for its effect: updates of parameters, the step's record, the counters.

#include "ops/update.h"

#include <algorithm>

#include <hekla/objective.h>

#include "kernels/loss_scale.h"
#include "kernels/pointwise.h"
#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"

namespace hekla {
namespace {

std::vector<TensorDesc> no_outputs(const Graph&, const Node&) { return {}; }

reference::StridedCopy whole_copy(std::uint64_t elements) { return {{u32(elements)}, {1}, {1}, 0, 0}; }

// assign: inputs target (a parameter), value ------------------------------------------------------------
std::vector<TensorDesc> infer_assign(const Graph& graph, const Node& node) {
    const Value& target = graph.values()[node.inputs[0]];
    if (target.kind != ValueKind::parameter) op_error(node, "the target must be a parameter");
    if (target.desc != input_desc(graph, node, 1))
        op_error(node, "the target is " + to_string(target.desc) + ", the value " + to_string(input_desc(graph, node, 1)));
    return {};
}
void lower_assign(const Node& node, Lowering& lowering) {
    const std::uint64_t elements = lowering.shape(node.inputs[0]).elements();
    lowering.call(kernels::StridedCopy(whole_copy(elements), elements, elements), {node.inputs[1], node.inputs[0]});
}

// record_step: inputs loss, correct, state, ring --------------------------------------------------------------
void lower_record(const Node& node, Lowering& lowering) {
    lowering.call(kernels::RecordStep(u32(lowering.shape(node.inputs[1])[0])), node.inputs);
}
const OpDef record_op{.name = "record_step", .infer = no_outputs, .gradient = nullptr, .lower = lower_record, .reference = nullptr, .has_effect = true};

// advance_step: input state ----------------------------------------------------------------------------------
struct AdvanceAttributes {
    float beta1, beta2;
    reference::ScheduleSettings schedule;
    std::uint32_t growth_steps;
};
void lower_advance(const Node& node, Lowering& lowering) {
    const auto& [beta1, beta2, schedule, growth_steps] = node.as<AdvanceAttributes>();
    lowering.call(kernels::Advance(beta1, beta2, schedule, growth_steps), node.inputs);
}
const OpDef advance_op{.name = "advance_step", .infer = no_outputs, .gradient = nullptr, .lower = lower_advance, .reference = nullptr, .has_effect = true};

// loss_scale: input state -> scalar ----------------------------------------------------------------------------
std::vector<TensorDesc> infer_scale(const Graph&, const Node&) { return {{Shape{}, DType::f32}}; }
void lower_scale(const Node& node, Lowering& lowering) { lowering.call(kernels::LossScale(), {node.inputs[0], node.outputs[0]}); }
const OpDef loss_scale_op{.name = "loss_scale", .infer = infer_scale, .gradient = nullptr, .lower = lower_scale, .reference = nullptr};

std::vector<Tensor> gradients_of(Tensor loss, std::span<const Tensor> parameters, bool scaled) {
    if (!scaled) return gradients(loss, parameters);
    Graph& graph = loss.graph();
    return gradients(loss, reshape(graph.add(loss_scale_op, {graph.step_state()})[0], loss.shape()), parameters);
}

/// Of all trainable parameters of the graph, or of those among them that `only` lists.
void minimize_some(Tensor loss, const std::span<const ParameterPtr>* only, const Optimizer& optimizer, const UpdateOptions& options, bool scaled = false) {
    check_update(optimizer, options);
    Graph& graph = loss.graph();
    std::vector<Tensor> parameters;
    UpdateAttributes attributes{optimizer, options, {}, scaled, false};
    for (std::uint32_t id = 0; id < graph.values().size(); ++id) {
        const Value& value = graph.values()[id];
        if (value.kind != ValueKind::parameter || !value.parameter->trainable()) continue;
        if (only && std::find(only->begin(), only->end(), value.parameter) == only->end()) continue;
        parameters.emplace_back(&graph, id);
        attributes.parameters.push_back(id);
        attributes.masked = attributes.masked || !value.parameter->mask().empty();
    }
    if (parameters.empty())
        throw Error(ErrorCode::invalid_argument, only ? "[minimize] none of the parameters given is trainable and in the graph"
                                                      : "[minimize] the graph has no trainable parameter");
    std::vector<Tensor> inputs = gradients_of(loss, parameters, scaled);
    inputs.push_back(graph.step_state());
    const Phase phase = graph.phase();
    const std::uint32_t layer = graph.layer();
    graph.set_phase(Phase::update);
    graph.begin_layer("update");
    graph.add(update_op, inputs, attributes);
    graph.set_phase(phase);
    graph.set_layer(layer);
}

}  // namespace

const OpDef assign_op{.name = "assign", .infer = infer_assign, .gradient = nullptr, .lower = lower_assign, .reference = nullptr, .has_effect = true};
const OpDef update_op{.name = "update", .infer = no_outputs, .gradient = nullptr, .lower = lower_update, .reference = nullptr, .has_effect = true};

void assign(Tensor target, Tensor value) { target.graph().add(assign_op, {target, value}); }

void minimize(Tensor loss, const Optimizer& optimizer, const UpdateOptions& options) { minimize_some(loss, nullptr, optimizer, options); }
void minimize(Tensor loss, std::span<const ParameterPtr> parameters, const Optimizer& optimizer, const UpdateOptions& options) {
    minimize_some(loss, &parameters, optimizer, options);
}
void minimize_scaled(Tensor loss, const Optimizer& optimizer, const UpdateOptions& options) { minimize_some(loss, nullptr, optimizer, options, true); }

void record_step(Tensor loss, Tensor correct, Tensor step_state) {
    loss.graph().add(record_op, {loss, correct, step_state, loss.graph().step_ring()});
}
void advance_step(Tensor step_state, float beta1, float beta2, const reference::ScheduleSettings& schedule, std::uint32_t growth_steps) {
    step_state.graph().add(advance_op, {step_state}, AdvanceAttributes{beta1, beta2, schedule, growth_steps});
}
void advance_step(Tensor step_state, const Optimizer& optimizer, const reference::ScheduleSettings& schedule, std::uint32_t growth_steps) {
    if (const auto* adam = std::get_if<Adam>(&optimizer)) return advance_step(step_state, adam->beta1, adam->beta2, schedule, growth_steps);
    if (const auto* adamw = std::get_if<AdamW>(&optimizer)) return advance_step(step_state, adamw->beta1, adamw->beta2, schedule, growth_steps);
    advance_step(step_state, 0, 0, schedule, growth_steps);
}

}  // namespace hekla
