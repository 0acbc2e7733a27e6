#include "statistics.h"

#include <algorithm>
#include <cmath>

namespace hekla::command {

Statistics statistics(std::span<const float> values) {
    Statistics result;
    std::uint64_t count = 0;
    double sum = 0;
    for (const float f : values) {
        if (!std::isfinite(f)) {
            ++result.non_finite;
            continue;
        }
        const double value = f;
        result.min = count == 0 ? value : std::min(result.min, value);
        result.max = count == 0 ? value : std::max(result.max, value);
        sum += value;
        ++count;
    }
    if (count > 0) result.mean = sum / static_cast<double>(count);
    return result;
}

PixelStatistics pixel_statistics(const data::Dataset& set) {
    if (set.images.empty()) return {};
    const std::size_t channels = set.image_shape.back();
    std::vector<std::uint64_t> sum(channels), square(channels);  // exact: 255^2 * 2^40 fits
    for (std::size_t i = 0; i < set.images.size(); ++i) {
        const std::uint64_t value = set.images[i];
        sum[i % channels] += value;
        square[i % channels] += value * value;
    }
    const auto count = static_cast<double>(set.images.size() / channels);
    PixelStatistics result;
    for (std::size_t c = 0; c < channels; ++c) {
        const double mean = static_cast<double>(sum[c]) / count;
        const double variance = static_cast<double>(square[c]) / count - mean * mean;
        result.mean.push_back(mean / 255);
        result.deviation.push_back(std::sqrt(std::max(0.0, variance)) / 255);
    }
    return result;
}

std::vector<std::uint64_t> class_counts(const data::Dataset& set) {
    std::vector<std::uint64_t> counts(set.classes.size());
    for (const std::uint32_t label : set.labels) ++counts.at(label);
    return counts;
}

}  // namespace hekla::command
