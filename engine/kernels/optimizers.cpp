#include "kernels/optimizers.h"

#include <algorithm>

#include "shaders.h"

namespace hekla::kernels {
namespace {

const Operand state_operand{DType::u32, state_words};

Operand in_place(std::uint64_t elements) { return {DType::f32, elements, true, true}; }
Operand input(std::uint64_t elements) { return {DType::f32, elements}; }
std::uint64_t small_size(std::uint64_t elements) { return std::min<std::uint64_t>(elements, 67); }

/// The state for the last operand; mean squares for operand `squares`, which are not negative.
std::vector<double> sample_of(const Problem& problem, std::uint32_t operand, std::vector<double> values, std::uint32_t squares) {
    if (operand + 1 == problem.operands().size()) return words_of_state(sample_state(8));
    if (operand == squares)
        for (double& value : values) value = value * value;
    return values;
}

}  // namespace

std::vector<Operand> AdaGradUpdate::operands() const {
    return {in_place(elements_), input(elements_), in_place(elements_), state_operand};
}
std::vector<Implementation> AdaGradUpdate::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"adagrad",
                              {make_call<S>({.group_size = default_group_size, .scaled = rule_.scaled, .clipped = rule_.clip_value != 0,
                                             .decoupled = rule_.decoupled},
                                            {.vectors = vectors, .epsilon = epsilon_, .initial = initial_, .weight_decay = weight_decay_,
                                             .clip = rule_.clip_value},
                                            groups_for(vectors), {{0}, {1, 4}, {2}, {3}}, 6.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::adagrad, shaders::adagrad_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
std::unique_ptr<Problem> AdaGradUpdate::small() const {
    return std::make_unique<AdaGradUpdate>(small_size(elements_), epsilon_, initial_, weight_decay_, rule_);
}
void AdaGradUpdate::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[3]);
    reference::adagrad({state.learning_rate, epsilon_, initial_, weight_decay_, rule_.in(state)}, operands[0], operands[1], operands[2]);
}
std::vector<double> AdaGradUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    return sample_of(*this, operand, Problem::sample(operand, seed), 2);
}

std::vector<Operand> RmsPropUpdate::operands() const {
    std::vector<Operand> list = {in_place(elements_), input(elements_), in_place(elements_)};
    if (s_.momentum != 0) list.push_back(in_place(elements_));
    list.push_back(state_operand);
    return list;
}
std::vector<Implementation> RmsPropUpdate::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const bool momentum = s_.momentum != 0;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"rmsprop",
                              {make_call<S>({.group_size = default_group_size, .has_momentum = momentum, .scaled = rule_.scaled,
                                             .clipped = rule_.clip_value != 0, .decoupled = rule_.decoupled},
                                            {.vectors = vectors, .decay = s_.decay, .epsilon = s_.epsilon, .momentum = s_.momentum,
                                             .weight_decay = s_.weight_decay, .clip = rule_.clip_value},
                                            groups_for(vectors), {{0}, {1, 4}, {2}, {momentum ? 3u : 2u}, {momentum ? 4u : 3u}},
                                            7.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::rmsprop, shaders::rmsprop_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
std::unique_ptr<Problem> RmsPropUpdate::small() const { return std::make_unique<RmsPropUpdate>(small_size(elements_), s_, rule_); }
void RmsPropUpdate::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands.back());
    reference::rmsprop({state.learning_rate, s_.decay, s_.epsilon, s_.momentum, s_.weight_decay, rule_.in(state)}, operands[0], operands[1],
                       operands[2], s_.momentum != 0 ? reference::Out(operands[3]) : reference::Out());
}
std::vector<double> RmsPropUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    return sample_of(*this, operand, Problem::sample(operand, seed), 2);
}

std::vector<Operand> LionUpdate::operands() const {
    return {in_place(elements_), input(elements_), in_place(elements_), state_operand};
}
std::vector<Implementation> LionUpdate::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"lion",
                              {make_call<S>({.group_size = default_group_size, .scaled = rule_.scaled, .clipped = rule_.clip_value != 0,
                                             .decoupled = rule_.decoupled},
                                            {.vectors = vectors, .beta1 = beta1_, .beta2 = beta2_, .weight_decay = weight_decay_,
                                             .clip = rule_.clip_value},
                                            groups_for(vectors), {{0}, {1, 4}, {2}, {3}}, 5.0 * static_cast<double>(elements_))},
                              {}};
    };
    add_both<shaders::lion, shaders::lion_texel>(list, device, texels_fit(device, elements_, 4), make);
    return list;
}
std::unique_ptr<Problem> LionUpdate::small() const {
    return std::make_unique<LionUpdate>(small_size(elements_), beta1_, beta2_, weight_decay_, rule_);
}
void LionUpdate::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[3]);
    reference::lion({state.learning_rate, beta1_, beta2_, weight_decay_, rule_.in(state)}, operands[0], operands[1], operands[2]);
}
std::vector<double> LionUpdate::sample(std::uint32_t operand, std::uint32_t seed) const {
    return sample_of(*this, operand, Problem::sample(operand, seed), ~0u);
}

}  // namespace hekla::kernels
