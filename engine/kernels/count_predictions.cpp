#include "kernels/count_predictions.h"

#include <algorithm>

#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {

std::vector<Operand> CountPredictions::operands() const {
    return {{DType::f32, std::uint64_t{rows_} * classes_}, {DType::u32, rows_}, {DType::u32, words(classes_), true, true}};
}

std::vector<Implementation> CountPredictions::implementations(const vulkan::Device&) const {
    return {{"count predictions",
             {make_call<shaders::count_predictions>({.group_size = default_group_size, .bins = bins(classes_)}, {.rows = rows_, .classes = classes_},
                                                    groups_for(rows_), {{0}, {1}, {2}}, 8.0 * rows_ * classes_)},
             {}}};
}

void CountPredictions::reference(std::vector<std::vector<double>>& operands) const {
    std::vector<std::uint32_t> labels;
    for (double label : operands[1]) labels.push_back(static_cast<std::uint32_t>(label));
    reference::count_predictions(rows_, classes_, bins(classes_), operands[0], labels, operands[2]);
}

/// Few different logits with many equal ones: no odds lie so near the border of a bin that rounding decides.
std::vector<double> CountPredictions::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == 2) return std::vector<double>(words(classes_), 3);
    std::vector<double> values;
    const std::uint64_t elements = operands()[operand].elements;
    for (std::uint64_t i = 0; i < elements; ++i) {
        const std::uint32_t word = reference::random_word(seed, operand, 0, static_cast<std::uint32_t>(i));
        values.push_back(operand == 1 ? (word % 7 == 0 ? double{0xFFFFFFFFu} : word % classes_) : 1.5 * (word % 3));
    }
    return values;
}

}  // namespace hekla::kernels
