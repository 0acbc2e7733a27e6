// An update as kernels: gradients, the optimizer over the arenas' ranges, constraints, the average of the weights.

#include "kernels/loss_scale.h"
#include "kernels/optimizers.h"
#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/update.h"

namespace hekla {
namespace {

using Kind = OperandRef::Kind;

OperandRef arena(Kind kind, const ArenaRange& range) { return {kind, 0, range.offset_bytes, range.bytes}; }

/// What the kernels of one update have in common.
struct UpdateCalls {
    const UpdateAttributes& a;
    std::uint32_t state;
    Lowering& lowering;

    bool accumulates() const { return a.options.accumulate > 1; }
    Kind gradient() const { return accumulates() ? Kind::gradient_sums : Kind::gradients; }
    OperandRef state_ref() const { return {Kind::value, state, 0, 0}; }
    kernels::GradientRule rule(bool decoupled) const {
        return {a.scaled || accumulates() || a.options.clip_norm != 0, a.options.clip_value, decoupled};
    }
    template <class P>
    void call(P problem, std::initializer_list<Kind> arenas, const ArenaRange& range) const {
        std::vector<OperandRef> operands;
        for (Kind kind : arenas) operands.push_back(arena(kind, range));
        operands.push_back(state_ref());
        lowering.call(std::move(problem), std::move(operands));
    }
    ArenaRange place(std::size_t i) const { return lowering.surroundings().place(a.parameters[i]); }
    const Shape& shape(std::size_t i) const { return lowering.shape(a.parameters[i]); }
};

void update_range(const UpdateCalls& u, const Sgd& o, const ArenaRange& range) {
    kernels::SgdUpdate update(range.bytes / 4, o.momentum, o.nesterov, o.weight_decay, u.rule(o.decoupled));
    if (o.momentum != 0) u.call(update, {Kind::parameters, u.gradient(), Kind::first_moments}, range);
    else u.call(update, {Kind::parameters, u.gradient()}, range);
}
void update_range(const UpdateCalls& u, const Adam& o, const ArenaRange& range) {
    u.call(kernels::AdamUpdate(range.bytes / 4, o.beta1, o.beta2, o.epsilon, o.weight_decay, u.rule(o.decoupled)),
           {Kind::parameters, u.gradient(), Kind::first_moments, Kind::second_moments}, range);
}
void update_range(const UpdateCalls& u, const AdamW& o, const ArenaRange& range) {
    update_range(u, Adam{o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, true}, range);
}
void update_range(const UpdateCalls& u, const AdaGrad& o, const ArenaRange& range) {
    u.call(kernels::AdaGradUpdate(range.bytes / 4, o.epsilon, o.initial, o.weight_decay, u.rule(o.decoupled)),
           {Kind::parameters, u.gradient(), Kind::second_moments}, range);
}
void update_range(const UpdateCalls& u, const RmsProp& o, const ArenaRange& range) {
    kernels::RmsPropUpdate update(range.bytes / 4, {o.decay, o.epsilon, o.momentum, o.weight_decay}, u.rule(o.decoupled));
    if (o.momentum != 0) u.call(update, {Kind::parameters, u.gradient(), Kind::second_moments, Kind::first_moments}, range);
    else u.call(update, {Kind::parameters, u.gradient(), Kind::second_moments}, range);
}
void update_range(const UpdateCalls& u, const Lion& o, const ArenaRange& range) {
    u.call(kernels::LionUpdate(range.bytes / 4, o.beta1, o.beta2, o.weight_decay, u.rule(true)),
           {Kind::parameters, u.gradient(), Kind::first_moments}, range);
}

/// A gradient that could not be computed in the arena (it is shared, or an input) is copied there. Those of a scaled loss are
/// checked: by parameter, as what lies in an arena between two of them is nobody's.
void place_gradients(const UpdateCalls& u, const Node& node) {
    for (std::size_t i = 0; i < u.a.parameters.size(); ++i) {
        if (u.lowering.surroundings().in_place(node.inputs[i], u.a.parameters[i])) continue;
        const std::uint64_t elements = u.lowering.shape(node.inputs[i]).elements();
        const reference::StridedCopy whole{{u32(elements)}, {1}, {1}, 0, 0};
        u.lowering.call(kernels::StridedCopy(whole, elements, elements),
                        std::vector<OperandRef>{{Kind::value, node.inputs[i], 0, 0}, arena(Kind::gradients, u.place(i))});
    }
    for (std::size_t i = 0; u.a.scaled && i < u.a.parameters.size(); ++i)
        u.call(kernels::CheckGradients(u.shape(i).elements()), {Kind::gradients}, u.place(i));
}

/// Accumulation and the scale of the gradients, which the optimizers read from the step state.
void begin_update(const UpdateCalls& u) {
    const UpdateOptions& o = u.a.options;
    if (!u.accumulates() && o.clip_norm == 0 && !u.a.scaled) return;
    if (u.accumulates())
        for (const ArenaRange& range : u.lowering.surroundings().arena_ranges)
            u.call(kernels::AccumulateGradient(range.bytes / 4), {Kind::gradients, Kind::gradient_sums}, range);
    // By parameter: what lies in an arena between two of them is nobody's. Each has `bytes` for its partial sums.
    constexpr std::uint64_t bytes = kernels::SquareSum::most_parts * 4;
    if (o.clip_norm != 0)
        for (std::size_t i = 0; i < u.a.parameters.size(); ++i) {
            const std::uint64_t elements = u.shape(i).elements();
            const ArenaRange partials{i * bytes, bytes};
            u.lowering.call(kernels::SquareSum(elements), std::vector<OperandRef>{arena(u.gradient(), u.place(i)), arena(Kind::norm_partials, partials)});
        }
    const std::uint64_t count = o.clip_norm != 0 ? u.a.parameters.size() : 1;
    u.call(kernels::BeginUpdate(u32(count * kernels::SquareSum::most_parts), o.accumulate, o.clip_norm), {Kind::norm_partials}, {0, count * bytes});
}

void constrain(const UpdateCalls& u) {
    const UpdateOptions& o = u.a.options;
    if (o.weight_range)
        for (const ArenaRange& range : u.lowering.surroundings().arena_ranges)
            u.call(kernels::LimitRange(range.bytes / 4, o.weight_range->low, o.weight_range->high), {Kind::parameters}, range);
    for (std::size_t i = 0; o.max_norm != 0 && i < u.a.parameters.size(); ++i) {
        const Shape& shape = u.shape(i);
        if (shape.rank() < 2) continue;  // a bias
        u.call(kernels::LimitNorm(shape.elements() / shape.back(), shape.back(), o.max_norm), {Kind::parameters}, u.place(i));
    }
    if (u.a.masked)  // last: a range may leave 0 out
        for (const ArenaRange& range : u.lowering.surroundings().arena_ranges)
            u.call(kernels::MaskWeights(range.bytes / 4), {Kind::parameters, Kind::masks}, range);
}

}  // namespace

void lower_update(const Node& node, Lowering& lowering) {
    const UpdateCalls u{node.as<UpdateAttributes>(), node.inputs.back(), lowering};
    place_gradients(u, node);
    begin_update(u);
    for (const ArenaRange& range : lowering.surroundings().arena_ranges)
        std::visit([&](const auto& optimizer) { update_range(u, optimizer, range); }, u.a.optimizer);
    constrain(u);
    // The average of the weights goes with the average of their statistics: normalization's running averages too.
    if (u.a.options.average_decay == 0) return;
    for (const auto* ranges : {&lowering.surroundings().arena_ranges, &lowering.surroundings().other_ranges})
        for (const ArenaRange& range : *ranges)
            u.call(kernels::WeightAverage(range.bytes / 4, u.a.options.average_decay), {Kind::parameters, Kind::averages}, range);
}

}  // namespace hekla
