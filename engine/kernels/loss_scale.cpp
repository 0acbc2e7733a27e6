#include "kernels/loss_scale.h"

#include <algorithm>
#include <cmath>

#include "kernels/training.h"
#include "shaders.h"

namespace hekla::kernels {

std::vector<Operand> LossScale::operands() const { return {{DType::u32, state_words}, {DType::f32, 1, true, false}}; }
std::vector<Implementation> LossScale::implementations(const vulkan::Device&) const {
    return {{"loss scale", {make_call<shaders::loss_scale>({.group_size = 1}, {}, {1, 1, 1}, {{0}, {1}}, 1)}, {}}};
}
void LossScale::reference(std::vector<std::vector<double>>& operands) const { operands[1][0] = state_of(operands[0]).loss_scale; }
std::vector<double> LossScale::sample(std::uint32_t, std::uint32_t) const { return words_of_state(sample_state(8)); }

std::vector<Operand> CheckGradients::operands() const { return {{DType::f32, elements_}, {DType::u32, state_words, true, true}}; }
std::vector<Implementation> CheckGradients::implementations(const vulkan::Device&) const {
    const auto elements = static_cast<std::uint32_t>(elements_);
    return {{"check gradients",
             {make_call<shaders::check_gradients>({.group_size = default_group_size}, {.elements = elements}, groups_for(vectors_of(elements_)), {{0}, {1}},
                                                  static_cast<double>(elements_))},
             {}}};
}
void CheckGradients::reference(std::vector<std::vector<double>>& operands) const {
    StepState state = state_of(operands[1]);
    const bool finite = std::all_of(operands[0].begin(), operands[0].end(), [](double value) { return std::isfinite(value); });
    if (!finite && state.loss_scale > 1) state.overflow = 1;
    operands[1] = words_of_state(state);
}
std::vector<double> CheckGradients::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) return words_of_state(sample_state(8));
    std::vector<double> values = Problem::sample(operand, seed);
    if (seed % 2 == 1) values[values.size() / 3] = seed % 4 == 1 ? INFINITY : NAN;
    return values;
}

}  // namespace hekla::kernels
