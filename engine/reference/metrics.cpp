#include <algorithm>
#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {

void count_predictions(std::uint64_t rows, std::uint64_t classes, std::uint32_t bins, In logits, std::span<const std::uint32_t> labels, Out counts) {
    check_size("count_predictions", "the logits", logits.size(), rows * classes);
    check_size("count_predictions", "the labels", labels.size(), rows);
    check_size("count_predictions", "the counts", counts.size(), classes * (classes + 1 + 2 * bins));
    for (std::uint64_t row = 0; row < rows; ++row) {
        const std::uint64_t label = labels[row];
        if (label >= classes) continue;
        const In x = logits.subspan(row * classes, classes);
        const auto best = static_cast<std::uint64_t>(std::max_element(x.begin(), x.end()) - x.begin());
        std::uint64_t rank = 0;
        for (std::uint64_t c = 0; c < classes; ++c) rank += x[c] > x[label] || (x[c] == x[label] && c < label);
        ++counts[label * classes + best];
        ++counts[classes * classes + rank];
        for (std::uint64_t c = 0; c < classes; ++c) {
            double others = 0;
            for (std::uint64_t other = 0; other < classes; ++other) others += other == c ? 0.0 : std::exp(x[other] - x[c]);
            const double odds = others > 0 ? std::clamp(-std::log(others), -16.0, 16.0) : 16.0;
            const auto bin = std::min(static_cast<std::uint32_t>((odds + 16.0) * bins / 32.0), bins - 1);
            ++counts[classes * classes + classes + (2 * c + (c == label)) * bins + bin];
        }
    }
}

}  // namespace hekla::reference
