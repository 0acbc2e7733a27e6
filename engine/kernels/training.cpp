#include "kernels/training.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "shaders.h"

namespace hekla::kernels {

StepState state_of(const std::vector<double>& words) {
    std::uint32_t raw[state_words];
    for (std::uint32_t i = 0; i < state_words; ++i) raw[i] = static_cast<std::uint32_t>(words[i]);
    StepState state;
    std::memcpy(&state, raw, sizeof state);
    return state;
}

std::vector<double> words_of_state(const StepState& state) {
    std::uint32_t raw[state_words];
    std::memcpy(raw, &state, sizeof state);
    return std::vector<double>(raw, raw + state_words);
}

StepState sample_state(std::uint32_t rows) {
    StepState state;
    state.step = 5;
    state.cursor = 3;
    state.live_rows = std::max(1u, rows - rows / 4);
    state.seed = 99;
    state.random_counter = 12;
    state.samples = state.cursor + state.live_rows + 1;
    state.batch = rows;
    state.learning_rate = 0.01f;
    state.beta1_correction = 0.40951f;
    state.beta2_correction = 0.005f;
    state.base_learning_rate = 0.02f;
    state.gradient_scale = 0.75f;
    state.updates = 40;
    state.schedule_start = 8;
    state.loss_scale = 8;
    state.good_steps = 2;
    return state;
}

namespace {
const Operand state_operand{DType::u32, state_words};
}  // namespace

std::vector<Operand> MeanRows::operands() const {
    if (!with_state_) return {{DType::f32, rows_}, {DType::f32, 1, true, false}};
    return {{DType::f32, rows_}, state_operand, {DType::f32, 1, true, false}};
}
std::vector<Implementation> MeanRows::implementations(const vulkan::Device&) const {
    // Without a state its binding gets the rows: it is not read.
    return {{"mean rows",
             {make_call<shaders::mean_rows>({.group_size = default_group_size, .has_state = with_state_}, {.rows = rows_},
                                            {1, 1, 1}, {{0}, {with_state_ ? 1u : 0u}, {with_state_ ? 2u : 1u}}, rows_)},
             {}}};
}
void MeanRows::reference(std::vector<std::vector<double>>& operands) const {
    double sum = 0;
    for (double value : operands[0]) sum += value;
    operands.back()[0] = sum / (with_state_ ? state_of(operands[1]).live_rows : rows_);
}
std::vector<double> MeanRows::sample(std::uint32_t operand, std::uint32_t seed) const {
    return with_state_ && operand == 1 ? words_of_state(sample_state(rows_)) : Problem::sample(operand, seed);
}

std::vector<Operand> MeanRowsGradient::operands() const {
    if (!with_state_) return {{DType::f32, 1}, {DType::f32, rows_, true, false}};
    return {{DType::f32, 1}, state_operand, {DType::f32, rows_, true, false}};
}
std::vector<Implementation> MeanRowsGradient::implementations(const vulkan::Device&) const {
    return {{"mean rows gradient",
             {make_call<shaders::mean_rows_gradient>({.group_size = default_group_size, .has_state = with_state_}, {.rows = rows_},
                                                     groups_for(rows_), {{0}, {with_state_ ? 1u : 0u}, {with_state_ ? 2u : 1u}},
                                                     rows_)},
             {}}};
}
void MeanRowsGradient::reference(std::vector<std::vector<double>>& operands) const {
    const std::uint32_t live = with_state_ ? state_of(operands[1]).live_rows : rows_;
    for (std::uint32_t row = 0; row < rows_; ++row) operands.back()[row] = row < live ? operands[0][0] / live : 0.0;
}
std::vector<double> MeanRowsGradient::sample(std::uint32_t operand, std::uint32_t seed) const {
    return with_state_ && operand == 1 ? words_of_state(sample_state(rows_)) : Problem::sample(operand, seed);
}

std::vector<Operand> RecordStep::operands() const {
    return {{DType::f32, 1}, {DType::f32, rows_}, {DType::u32, state_words, true, true},
            {DType::u32, ring_entries * sizeof(StepRecord) / 4, true, true}};
}
std::vector<Implementation> RecordStep::implementations(const vulkan::Device&) const {
    return {{"record step",
             {make_call<shaders::record_step>({.group_size = default_group_size, .ring_entries = ring_entries}, {.rows = rows_},
                                              {1, 1, 1}, {{0}, {1}, {2}, {3}}, rows_)},
             {}}};
}
void RecordStep::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[2]);
    double correct = 0;
    for (double value : operands[1]) correct += value;
    const float loss = static_cast<float>(operands[0][0]);
    std::uint32_t loss_word = 0;
    std::memcpy(&loss_word, &loss, 4);
    const std::uint32_t at = state.step % ring_entries * 4;
    operands[3][at] = state.step;
    operands[3][at + 1] = loss_word;
    operands[3][at + 2] = correct;
    operands[3][at + 3] = state.live_rows;
}
std::vector<double> RecordStep::sample(std::uint32_t operand, std::uint32_t seed) const {
    std::vector<double> values = Problem::sample(operand, seed);
    if (operand == 1)
        for (double& value : values) value = value > 0 ? 1 : 0;
    if (operand == 3) std::fill(values.begin(), values.end(), 7.0);
    return operand == 2 ? words_of_state(sample_state(rows_)) : values;
}

std::vector<Implementation> Advance::implementations(const vulkan::Device&) const {
    return {{"advance",
             {make_call<shaders::advance>({.group_size = 1},
                                          {.beta1 = beta1_, .beta2 = beta2_, .kind = static_cast<std::uint32_t>(schedule_.kind),
                                           .warmup = schedule_.warmup, .period = schedule_.period, .log2_factor = std::log2(schedule_.factor),
                                           .peak = schedule_.peak, .fall = schedule_.fall, .first = schedule_.first, .last = schedule_.last,
                                           .growth_steps = growth_steps_},
                                          {1, 1, 1}, {{0}}, 1)},
             {}}};
}
std::unique_ptr<Problem> Advance::small() const {
    // The shader knows schedules by push constants alone, so any of the kind tests it. This one is far from a rate of nearly
    // 0, whose bits say nothing of its error.
    return std::make_unique<Advance>(beta1_, beta2_,
                                     reference::ScheduleSettings{.kind = schedule_.kind, .warmup = std::min(schedule_.warmup, 3u), .period = 2,
                                                                 .factor = 0.5f, .peak = 20, .fall = 50, .first = 0.1f, .last = 0.01f},
                                     growth_steps_);
}
namespace {
void move_scale(StepState& state, std::uint32_t growth_steps) {
    constexpr float largest = 0x1p24f;
    if (state.overflow) {
        state.loss_scale = std::max(0.5f * state.loss_scale, 1.0f);
        ++state.skipped_steps;
        state.overflow = state.good_steps = 0;
    } else if (++state.good_steps == growth_steps) {
        state.loss_scale = std::min(2.0f * state.loss_scale, largest);
        state.good_steps = 0;
    }
}
}  // namespace
void Advance::reference(std::vector<std::vector<double>>& operands) const {
    StepState state = state_of(operands[0]);
    ++state.step;
    ++state.epoch_step;
    ++state.random_counter;
    if (state.accumulated_steps == 0 && state.overflow == 0) {
        ++state.updates;
        state.beta1_correction = state.beta1_correction * beta1_ + (1.0f - beta1_);
        state.beta2_correction = state.beta2_correction * beta2_ + (1.0f - beta2_);
        if (schedule_.kind != reference::ScheduleSettings::Kind::constant || schedule_.warmup != 0)
            state.learning_rate = static_cast<float>(double{state.base_learning_rate} *
                                                     reference::schedule_factor(schedule_, state.updates - state.schedule_start));
    }
    if (growth_steps_) move_scale(state, growth_steps_);
    state.cursor += state.live_rows;
    state.live_rows = std::min(state.batch, state.samples - std::min(state.cursor, state.samples));
    operands[0] = words_of_state(state);
}
std::vector<double> Advance::sample(std::uint32_t, std::uint32_t seed) const {
    StepState state = sample_state(8);
    state.overflow = growth_steps_ && seed % 2 == 0;
    return words_of_state(state);
}

std::vector<Operand> Dropout::operands() const {
    return {{DType::f32, elements_}, state_operand, {DType::f32, elements_, true, false}};
}
std::vector<Implementation> Dropout::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    add_both<shaders::dropout, shaders::dropout_texel>(list, device, texels_fit(device, elements_, 4), [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"dropout",
                              {make_call<S>({.group_size = default_group_size},
                                            {.vectors = vectors, .stream = stream_, .rate = rate_, .factor = 1.0f / (1.0f - rate_)},
                                            groups_for(vectors), {{0, 4}, {1}, {2}}, 8.0 * static_cast<double>(elements_))},
                              {},
                              {0}};
    });
    return list;
}
void Dropout::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[1]);
    reference::dropout(rate_, state.seed, state.random_counter, stream_, operands[0], operands[2]);
}
std::vector<double> Dropout::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

std::vector<Operand> SgdUpdate::operands() const {
    std::vector<Operand> list = {{DType::f32, elements_, true, true}, {DType::f32, elements_}};
    if (momentum_ != 0) list.push_back({DType::f32, elements_, true, true});
    list.push_back(state_operand);
    return list;
}
std::vector<Implementation> SgdUpdate::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const bool momentum = momentum_ != 0;
    add_both<shaders::sgd, shaders::sgd_texel>(list, device, texels_fit(device, elements_, 4), [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"sgd",
                              {make_call<S>({.group_size = default_group_size, .has_momentum = momentum, .nesterov = nesterov_,
                                             .scaled = rule_.scaled, .clipped = rule_.clip_value != 0, .decoupled = rule_.decoupled},
                                            {.vectors = vectors, .momentum = momentum_, .weight_decay = weight_decay_, .clip = rule_.clip_value},
                                            groups_for(vectors), {{0}, {1, 4}, {momentum ? 2u : 0u}, {momentum ? 3u : 2u}},
                                            5.0 * static_cast<double>(elements_))},
                              {}};
    });
    return list;
}
std::unique_ptr<Problem> SgdUpdate::small() const {
    return std::make_unique<SgdUpdate>(std::min<std::uint64_t>(elements_, 67), momentum_, nesterov_, weight_decay_, rule_);
}
void SgdUpdate::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands.back());
    const reference::SgdSettings settings{state.learning_rate, momentum_, weight_decay_, nesterov_, rule_.in(state)};
    reference::sgd(settings, operands[0], operands[1], momentum_ != 0 ? reference::Out(operands[2]) : reference::Out());
}
std::vector<double> SgdUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand + 1 == operands().size() ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

std::vector<Operand> AdamUpdate::operands() const {
    return {{DType::f32, elements_, true, true}, {DType::f32, elements_}, {DType::f32, elements_, true, true},
            {DType::f32, elements_, true, true}, state_operand};
}
std::vector<Implementation> AdamUpdate::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"adam",
                              {make_call<S>({.group_size = default_group_size, .scaled = rule_.scaled, .clipped = rule_.clip_value != 0,
                                             .decoupled = rule_.decoupled},
                                            {.vectors = vectors, .beta1 = beta1_, .beta2 = beta2_, .epsilon = epsilon_,
                                             .weight_decay = weight_decay_, .clip = rule_.clip_value},
                                            groups_for(vectors), {{0}, {1, 4}, {2}, {3}, {4}}, 8.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::adam, shaders::adam_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
std::unique_ptr<Problem> AdamUpdate::small() const {
    return std::make_unique<AdamUpdate>(std::min<std::uint64_t>(elements_, 67), beta1_, beta2_, epsilon_, weight_decay_, rule_);
}
void AdamUpdate::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[4]);
    const reference::AdamSettings settings{state.learning_rate, beta1_, beta2_, epsilon_, weight_decay_, rule_.in(state)};
    reference::adam(settings, (1.0 - state.beta1_correction) * beta1_, (1.0 - state.beta2_correction) * beta2_, operands[0], operands[1],
                    operands[2], operands[3]);
}
std::vector<double> AdamUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 4) return words_of_state(sample_state(8));
    std::vector<double> values = Problem::sample(operand, seed);
    if (operand == 3)
        for (double& value : values) value = value * value;  // a second moment is not negative
    return values;
}

}  // namespace hekla::kernels
