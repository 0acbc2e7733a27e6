// What stands around an update: accumulated gradients, their norm, constraints, the average of the weights.

#include <algorithm>
#include <cmath>

#include "kernels/optimizers.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

const Operand state_operand{DType::u32, state_words};

/// A batch in the middle of an accumulation.
StepState accumulating_state() {
    StepState state = sample_state(8);
    state.accumulated_steps = 1;
    state.accumulated_rows = 5;
    return state;
}

}  // namespace

std::vector<Operand> AccumulateGradient::operands() const {
    return {{DType::f32, elements_}, {DType::f32, elements_, true, true}, state_operand};
}
std::vector<Implementation> AccumulateGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"accumulate gradient",
                              {make_call<S>({.group_size = default_group_size}, {.vectors = vectors}, groups_for(vectors), {{0, 4}, {1}, {2}},
                                            3.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::accumulate_gradient, shaders::accumulate_gradient_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
void AccumulateGradient::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[2]);
    for (std::uint64_t i = 0; i < elements_; ++i)
        operands[1][i] = (state.accumulated_steps ? operands[1][i] : 0.0) + operands[0][i] * state.live_rows / state.loss_scale;
}
std::vector<double> AccumulateGradient::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 2 ? words_of_state(accumulating_state()) : Problem::sample(operand, seed);
}

std::uint32_t SquareSum::parts(std::uint64_t elements) {
    constexpr std::uint64_t per_part = 1024;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>((elements + per_part - 1) / per_part, 1, most_parts));
}
std::vector<Operand> SquareSum::operands() const { return {{DType::f32, elements_}, {DType::f32, parts(elements_), true, false}}; }
std::vector<Implementation> SquareSum::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t groups = parts(elements_);
        return Implementation{"sum of squares",
                              {make_call<S>({.group_size = default_group_size}, {.elements = static_cast<std::uint32_t>(elements_), .groups = groups},
                                            {groups, 1, 1}, {{0, 4}, {1}}, 2.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::square_sum, shaders::square_sum_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
void SquareSum::reference(std::vector<std::vector<double>>& operands) const {
    const std::uint64_t groups = operands[1].size();
    std::fill(operands[1].begin(), operands[1].end(), 0.0);
    for (std::uint64_t i = 0; i < elements_; ++i) operands[1][i / 4 / default_group_size % groups] += operands[0][i] * operands[0][i];
}

std::vector<Operand> BeginUpdate::operands() const {
    return {{DType::f32, partials_}, {DType::u32, state_words, true, true}};
}
std::vector<Implementation> BeginUpdate::implementations(const vulkan::Device&) const {
    return {{"begin update",
             {make_call<shaders::begin_update>({.group_size = default_group_size, .has_norm = clip_norm_ != 0},
                                               {.partials = partials_, .accumulate = accumulate_, .clip_norm = clip_norm_}, {1, 1, 1}, {{0}, {1}},
                                               partials_)},
             {}}};
}
void BeginUpdate::reference(std::vector<std::vector<double>>& operands) const {
    StepState state = state_of(operands[1]);
    double scale = 1, squares = 0;
    for (double partial : operands[0]) squares += partial;
    if (state.overflow) {
        state.accumulated_rows = state.accumulated_steps = 0;
        operands[1] = words_of_state(state);
        return;
    }
    if (accumulate_ <= 1) {
        scale = 1.0 / state.loss_scale;
    } else {
        const std::uint32_t rows = state.accumulated_rows + state.live_rows, steps = state.accumulated_steps + 1;
        const bool complete = steps == accumulate_ || state.cursor + state.live_rows >= state.samples;
        state.accumulated_rows = complete ? 0 : rows;
        state.accumulated_steps = complete ? 0 : steps;
        scale = 1.0 / std::max(rows, 1u);
    }
    if (clip_norm_ != 0) scale *= std::min(1.0, double{clip_norm_} / (std::sqrt(squares) * scale + 1e-6));
    state.gradient_scale = static_cast<float>(scale);
    operands[1] = words_of_state(state);
}
std::vector<double> BeginUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) {
        StepState state = accumulating_state();
        state.overflow = seed % 3 == 2;
        return words_of_state(state);
    }
    std::vector<double> values = Problem::sample(operand, seed);
    for (double& value : values) value = value * value;
    return values;
}

std::vector<Operand> WeightAverage::operands() const {
    return {{DType::f32, elements_}, {DType::f32, elements_, true, true}, state_operand};
}
std::vector<Implementation> WeightAverage::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"weight average",
                              {make_call<S>({.group_size = default_group_size}, {.vectors = vectors, .decay = decay_}, groups_for(vectors),
                                            {{0, 4}, {1}, {2}}, 3.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::weight_average, shaders::weight_average_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
void WeightAverage::reference(std::vector<std::vector<double>>& operands) const {
    const bool first = state_of(operands[2]).updates == 0;
    for (std::uint64_t i = 0; i < elements_; ++i)
        operands[1][i] = first ? operands[0][i] : operands[1][i] + (1.0 - double{decay_}) * (operands[0][i] - operands[1][i]);
}
std::vector<double> WeightAverage::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 2 ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

std::vector<Operand> LimitNorm::operands() const { return {{DType::f32, rows_ * columns_, true, true}, state_operand}; }
std::vector<Implementation> LimitNorm::implementations(const vulkan::Device&) const {
    return {{"limit norm",
             {make_call<shaders::limit_norm>({.group_size = default_group_size},
                                             {.rows = static_cast<std::uint32_t>(rows_), .columns = static_cast<std::uint32_t>(columns_), .limit = limit_},
                                             groups_for(columns_), {{0}, {1}}, 3.0 * static_cast<double>(rows_ * columns_))},
             {}}};
}
void LimitNorm::reference(std::vector<std::vector<double>>& operands) const {
    reference::limit_norm(rows_, columns_, double{limit_}, operands[0]);
}
std::vector<double> LimitNorm::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

std::vector<Operand> LimitRange::operands() const { return {{DType::f32, elements_, true, true}, state_operand}; }
std::vector<Implementation> LimitRange::implementations(const vulkan::Device&) const {
    const std::uint32_t vectors = vectors_of(elements_);
    return {{"limit range",
             {make_call<shaders::limit_range>({.group_size = default_group_size}, {.vectors = vectors, .low = low_, .high = high_},
                                              groups_for(vectors), {{0}, {1}}, 2.0 * static_cast<double>(elements_))},
             {}}};
}
void LimitRange::reference(std::vector<std::vector<double>>& operands) const {
    for (double& value : operands[0]) value = std::clamp(value, double{low_}, double{high_});
}
std::vector<double> LimitRange::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

std::vector<Operand> MaskWeights::operands() const { return {{DType::f32, elements_, true, true}, {DType::f32, elements_}, state_operand}; }
std::vector<Implementation> MaskWeights::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"mask weights",
                              {make_call<S>({.group_size = default_group_size}, {.vectors = vectors}, groups_for(vectors), {{0}, {1, 4}, {2}},
                                            static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::mask_weights, shaders::mask_weights_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
void MaskWeights::reference(std::vector<std::vector<double>>& operands) const {
    for (std::uint64_t i = 0; i < elements_; ++i)
        if (operands[1][i] == 0) operands[0][i] = 0;
}
std::vector<double> MaskWeights::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 2) return words_of_state(sample_state(8));
    std::vector<double> values = Problem::sample(operand, seed);
    if (operand == 1)
        for (double& value : values) value = value > 0 ? 1 : 0;
    return values;
}

}  // namespace hekla::kernels
