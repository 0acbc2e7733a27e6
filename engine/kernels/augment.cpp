#include "kernels/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "shaders.h"

namespace hekla::kernels {
namespace {

const Operand state_operand{DType::u32, state_words};

reference::RandomKey key_of(const StepState& state) { return {state.seed, state.random_counter}; }
/// A state without a batch is that of a graph of the user's own: all rows count.
std::uint32_t live_of(const StepState& state, std::uint32_t rows) { return state.batch ? std::min(state.live_rows, rows) : rows; }

bool moves_parts(const Augmentation& a) { return a.rotate != 0 || a.scale != 0 || a.translate != 0; }
bool colours(const Augmentation& a) { return a.brightness != 0 || a.contrast != 0 || a.saturation != 0; }

reference::AugmentGeometry small_geometry(reference::AugmentGeometry g) {
    g.rows = std::min(g.rows, 5u);
    g.height = std::min(g.height, 7u);
    g.width = std::min(g.width, 6u);
    return g;
}

std::vector<double> sample_draws(const Augmentation& amounts, const reference::AugmentGeometry& g, std::uint32_t seed) {
    std::vector<double> draws(std::size_t{g.rows} * reference::draws_per_row);
    reference::augmentation_draws(amounts, g, {seed, 3}, draws);
    return draws;
}

}  // namespace

std::vector<Operand> AugmentationDraws::operands() const {
    return {state_operand, {DType::f32, std::uint64_t{g_.rows} * reference::draws_per_row, true, false}};
}
std::vector<Implementation> AugmentationDraws::implementations(const vulkan::Device&) const {
    return {{"augmentation draws",
             {make_call<shaders::augmentation_draws>(
                 {.group_size = default_group_size},
                 {.rows = g_.rows, .height = g_.height, .width = g_.width, .stream = g_.stream, .flip = a_.flip, .flip_vertical = a_.flip_vertical,
                  .crop = a_.crop, .rotate = a_.rotate * (std::numbers::pi_v<float> / 180), .scale = a_.scale, .translate = a_.translate,
                  .brightness = a_.brightness * (g_.white - g_.black), .contrast = a_.contrast, .saturation = a_.saturation, .cutout = a_.cutout,
                  .mixup = a_.mixup},
                 groups_for(g_.rows), {{0}, {1}}, 200.0 * g_.rows)},
             {}}};
}
std::unique_ptr<Problem> AugmentationDraws::small() const { return std::make_unique<AugmentationDraws>(a_, small_geometry(g_)); }
void AugmentationDraws::reference(std::vector<std::vector<double>>& operands) const {
    reference::augmentation_draws(a_, g_, key_of(state_of(operands[0])), operands[1]);
}
std::vector<double> AugmentationDraws::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 0 ? words_of_state(sample_state(g_.rows)) : Problem::sample(operand, seed);
}

std::string AugmentImages::name() const {
    return "augment " + std::to_string(g_.rows) + "x" + std::to_string(g_.height) + "x" + std::to_string(g_.width) + "x" + std::to_string(g_.channels);
}
std::vector<Operand> AugmentImages::operands() const {
    return {{DType::f32, elements()}, {DType::f32, std::uint64_t{g_.rows} * reference::draws_per_row}, state_operand, {DType::f32, elements(), true, false}};
}
std::vector<Implementation> AugmentImages::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint64_t pixels = elements() / g_.channels;
    // The deviation of the sum of four bytes is the root of four times (256^2 - 1) / 12.
    const float noise = a_.noise * (g_.white - g_.black) / std::sqrt(65535.0f / 3);
    add_both<shaders::augment, shaders::augment_texel>(list, device, texels_fit(device, elements(), 1), [&]<class S>() {
        return Implementation{"augment",
                              {make_call<S>({.group_size = default_group_size, .channels = g_.channels, .interpolate = moves_parts(a_),
                                             .colours = colours(a_), .noisy = a_.noise != 0, .mixes = a_.mixup != 0},
                                            {.rows = g_.rows, .height = g_.height, .width = g_.width, .stream = g_.stream, .black = g_.black,
                                             .white = g_.white, .noise = noise, .cutout = a_.cutout},
                                            groups_for(pixels), {{0, 1}, {1, 1}, {2}, {3}}, 24.0 * static_cast<double>(elements()))},
                              {}};
    });
    return list;
}
std::unique_ptr<Problem> AugmentImages::small() const { return std::make_unique<AugmentImages>(a_, small_geometry(g_)); }
void AugmentImages::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[2]);
    reference::augment(a_, g_, key_of(state), live_of(state, g_.rows), operands[0], operands[1], operands[3]);
}
std::vector<double> AugmentImages::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) return sample_draws(a_, g_, seed);
    if (operand == 2) return words_of_state(sample_state(g_.rows));
    return Problem::sample(operand, seed);
}

std::vector<Operand> MixRows::operands() const {
    const std::uint64_t elements = std::uint64_t{rows_} * columns_;
    return {{DType::f32, elements}, {DType::f32, std::uint64_t{rows_} * reference::draws_per_row}, state_operand, {DType::f32, elements, true, false}};
}
std::vector<Implementation> MixRows::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint64_t elements = std::uint64_t{rows_} * columns_;
    add_both<shaders::mix_rows, shaders::mix_rows_texel>(list, device, texels_fit(device, elements, 1), [&]<class S>() {
        return Implementation{"mix rows",
                              {make_call<S>({.group_size = default_group_size}, {.rows = rows_, .columns = columns_}, groups_for(elements),
                                            {{0, 1}, {1, 1}, {2}, {3}}, 2.0 * static_cast<double>(elements))},
                              {}};
    });
    return list;
}
void MixRows::reference(std::vector<std::vector<double>>& operands) const {
    reference::mix_rows(rows_, columns_, live_of(state_of(operands[2]), rows_), operands[0], operands[1], operands[3]);
}
std::vector<double> MixRows::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) return sample_draws({.mixup = 1}, {.rows = rows_}, seed);
    if (operand == 2) return words_of_state(sample_state(rows_));
    return Problem::sample(operand, seed);
}

}  // namespace hekla::kernels
