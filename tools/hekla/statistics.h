#pragma once
// Numbers about tensors and pictures, for `hekla inspect`.

#include <hekla/data.h>

#include <cstdint>
#include <span>
#include <vector>

namespace hekla::command {

/// Of the finite values; zeros if there are none.
struct Statistics {
    double min = 0, max = 0, mean = 0;
    std::uint64_t non_finite = 0;
};
Statistics statistics(std::span<const float> values);

/// Per channel, of pixels scaled to 0..1; empty for a set without images.
struct PixelStatistics {
    std::vector<double> mean, deviation;
};
PixelStatistics pixel_statistics(const data::Dataset& set);

/// Images of each class.
std::vector<std::uint64_t> class_counts(const data::Dataset& set);

}  // namespace hekla::command
