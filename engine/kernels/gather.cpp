// The batch: images and labels gathered from the resident data set.

#include <algorithm>

#include "kernels/training.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

/// A shuffled order: 7 i + 3 modulo the count visits every sample once unless 7 divides it; repeats do no harm here.
std::vector<double> sample_order(std::uint32_t samples) {
    std::vector<double> order(samples);
    for (std::uint32_t i = 0; i < samples; ++i) order[i] = (7ull * i + 3) % samples;
    return order;
}

StepState gather_state(std::uint32_t rows, std::uint32_t samples) {
    StepState state = sample_state(rows);
    state.cursor = samples > rows ? 1 : 0;
    state.live_rows = std::min({state.live_rows, rows, samples - state.cursor});
    state.samples = samples;
    return state;
}

}  // namespace

std::vector<Operand> GatherImages::operands() const {
    return {{DType::u32, (std::uint64_t{s_.sample_count} * s_.image_bytes + 3) / 4},
            {DType::u32, s_.samples},
            {DType::u32, state_words},
            {DType::f32, std::uint64_t{s_.rows} * s_.image_bytes, true, true}};
}
std::vector<Implementation> GatherImages::implementations(const vulkan::Device&) const {
    const std::uint64_t words = std::uint64_t{s_.rows} * ((s_.image_bytes + 3) / 4);
    return {{"gather images",
             {make_call<shaders::gather_images>(
                 {.group_size = default_group_size},
                 {.rows = s_.rows, .image_bytes = s_.image_bytes, .first_sample = s_.first_sample,
                  .sample_count = s_.sample_count, .clears = s_.clears, .scale = s_.scale, .shift = s_.shift},
                 groups_for(words), {{0}, {1}, {2}, {3}}, 4.0 * static_cast<double>(words))},
             {}}};
}
std::unique_ptr<Problem> GatherImages::small() const {
    Settings small = s_;
    small.rows = std::min(s_.rows, 5u);
    small.image_bytes = std::min(s_.image_bytes, 27u);
    small.samples = 11;
    small.first_sample = s_.first_sample == 0 ? 0 : 4;
    small.sample_count = 7;
    return std::make_unique<GatherImages>(small);
}
void GatherImages::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[2]);
    for (std::uint32_t row = 0; row < s_.rows; ++row)
        for (std::uint32_t e = 0; e < s_.image_bytes; ++e) {
            double& out = operands[3][std::uint64_t{row} * s_.image_bytes + e];
            if (row >= state.live_rows) {
                if (s_.clears) out = 0;
                continue;
            }
            const auto sample = static_cast<std::uint64_t>(operands[1][state.cursor + row]);
            if (sample < s_.first_sample || sample >= s_.first_sample + s_.sample_count) continue;
            const std::uint64_t at = (sample - s_.first_sample) * s_.image_bytes + e;
            const auto word = static_cast<std::uint32_t>(operands[0][at / 4]);
            out = double((word >> (at % 4 * 8)) & 255u) * s_.scale + s_.shift;
        }
}
std::vector<double> GatherImages::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) return sample_order(s_.samples);
    if (operand == 2) return words_of_state(gather_state(s_.rows, s_.samples));
    std::vector<double> values = Problem::sample(operand, seed);
    if (operand == 0)
        for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = reference::random_word(seed, 0, 0, i);
    return values;
}

std::vector<Operand> GatherLabels::operands() const {
    const Operand rows = one_hot_ ? Operand{DType::f32, std::uint64_t{rows_} * classes_, true, false}
                                  : Operand{DType::u32, rows_, true, false};
    return {{DType::u32, samples_}, {DType::u32, samples_}, {DType::u32, state_words}, rows};
}
std::vector<Implementation> GatherLabels::implementations(const vulkan::Device&) const {
    const auto make = [&]<class S>() {
        return Implementation{one_hot_ ? "gather labels one-hot" : "gather labels",
                              {make_call<S>({.group_size = default_group_size}, {.rows = rows_, .classes = classes_},
                                            groups_for(rows_), {{0}, {1}, {2}, {3}}, rows_ * (one_hot_ ? classes_ : 1.0))},
                              {}};
    };
    return {one_hot_ ? make.operator()<shaders::gather_labels_one_hot>() : make.operator()<shaders::gather_labels>()};
}
void GatherLabels::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[2]);
    for (std::uint32_t row = 0; row < rows_; ++row) {
        double label = no_label;
        if (row < state.live_rows) label = operands[0][static_cast<std::size_t>(operands[1][state.cursor + row])];
        if (!one_hot_) operands[3][row] = label;
        else
            for (std::uint32_t c = 0; c < classes_; ++c) operands[3][std::uint64_t{row} * classes_ + c] = c == label ? 1 : 0;
    }
}
std::vector<double> GatherLabels::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 1) return sample_order(samples_);
    if (operand == 2) return words_of_state(gather_state(rows_, samples_));
    std::vector<double> values(operands()[operand].elements);
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = reference::random_word(seed, 0, operand, i) % classes_;
    return values;
}

}  // namespace hekla::kernels
