// Pictures of a batch changed at random: what is drawn for each row, its use, and the labels' share in it.

#include <hekla/augment.h>

#include "kernels/augment.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"

namespace hekla {
namespace {

struct AugmentAttributes {
    Augmentation amounts;
    reference::AugmentGeometry geometry;
};

StepState state_in(const ReferenceCall& call, std::size_t input) {
    return kernels::state_of({call.inputs[input].begin(), call.inputs[input].end()});
}
std::uint32_t live_rows(const StepState& state, std::uint64_t rows) { return state.batch ? std::min(state.live_rows, u32(rows)) : u32(rows); }
reference::RandomKey key_of(const StepState& state) { return {state.seed, state.random_counter}; }

// augmentation_draws: input step state ------------------------------------------------------------
std::vector<TensorDesc> infer_draws(const Graph&, const Node& node) {
    return {{Shape{node.as<AugmentAttributes>().geometry.rows, reference::draws_per_row}, DType::f32}};
}
void lower_draws(const Node& node, Lowering& lowering) {
    const auto& a = node.as<AugmentAttributes>();
    lowering.call(kernels::AugmentationDraws(a.amounts, a.geometry), {node.inputs[0], node.outputs[0]});
}
void evaluate_draws(ReferenceCall& call) {
    const auto& a = call.node.as<AugmentAttributes>();
    reference::augmentation_draws(a.amounts, a.geometry, key_of(state_in(call, 0)), call.outputs[0]);
}
const OpDef draws_op{.name = "augmentation_draws", .infer = infer_draws, .gradient = nullptr, .lower = lower_draws, .reference = evaluate_draws};

// augment: inputs images, draws, step state ----------------------------------------------------------
std::vector<TensorDesc> infer_images(const Graph& graph, const Node& node) { return {input_desc(graph, node, 0)}; }
void lower_images(const Node& node, Lowering& lowering) {
    const auto& a = node.as<AugmentAttributes>();
    lowering.call(kernels::AugmentImages(a.amounts, a.geometry), {node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]});
}
void evaluate_images(ReferenceCall& call) {
    const auto& a = call.node.as<AugmentAttributes>();
    const StepState state = state_in(call, 2);
    reference::augment(a.amounts, a.geometry, key_of(state), live_rows(state, a.geometry.rows), call.inputs[0], call.inputs[1], call.outputs[0]);
}
const OpDef augment_op{.name = "augment", .infer = infer_images, .gradient = nullptr, .lower = lower_images, .reference = evaluate_images};

// mix_rows: inputs rows, draws, step state -----------------------------------------------------------
void lower_mix(const Node& node, Lowering& lowering) {
    const Shape& shape = lowering.shape(node.inputs[0]);
    lowering.call(kernels::MixRows(u32(shape[0]), u32(shape[1])), {node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]});
}
void evaluate_mix(ReferenceCall& call) {
    const Shape& shape = call.input_shape(0);
    reference::mix_rows(u32(shape[0]), u32(shape[1]), live_rows(state_in(call, 2), shape[0]), call.inputs[0], call.inputs[1], call.outputs[0]);
}
const OpDef mix_op{.name = "mix_rows", .infer = infer_images, .gradient = nullptr, .lower = lower_mix, .reference = evaluate_mix};

AugmentAttributes attributes(Tensor images, const Augmentation& a, std::uint32_t stream, float scale, float shift) {
    const Shape& shape = images.shape();
    if (shape.rank() != 4 || shape[3] == 0 || shape[3] > 4)
        throw Error(ErrorCode::invalid_argument, "[augment] the images must be N x H x W x C with 1 to 4 channels and are " + to_string(shape));
    check(a);
    if (a.saturation != 0 && shape[3] < 3)
        throw Error(ErrorCode::invalid_argument, "[augment] images of " + to_string(shape) + " have no colours: leave saturation out");
    return {a, {u32(shape[0]), u32(shape[1]), u32(shape[2]), u32(shape[3]), shift, 255 * scale + shift, stream}};
}

}  // namespace

AugmentedBatch augment_batch(Tensor images, const Augmentation& amounts, Tensor step_state, std::uint32_t stream, float scale, float shift) {
    const AugmentAttributes a = attributes(images, amounts, stream, scale, shift);
    Graph& graph = images.graph();
    const Tensor draws = graph.add(draws_op, {step_state}, a)[0];
    return {graph.add(augment_op, {images, draws, step_state}, a)[0], draws};
}

Tensor augment(Tensor images, const Augmentation& amounts, Tensor step_state, std::uint32_t stream, float scale, float shift) {
    return is_on(amounts) ? augment_batch(images, amounts, step_state, stream, scale, shift).images : images;
}

Tensor mix_rows(Tensor rows, Tensor draws, Tensor step_state) { return rows.graph().add(mix_op, {rows, draws, step_state})[0]; }

}  // namespace hekla
