#pragma once
// A small network with a small data set, for tests that train.

#include <hekla/nn.h>

#include <algorithm>
#include <utility>

#include "support/derived.h"

namespace hekla::tests {

/// Derived images of a network's recipe or any other shape, ten classes.
inline data::Dataset derived_dataset(std::uint32_t count, const Shape& image) {
    data::Dataset data;
    data.name = "derived";
    data.image_shape = image;
    data.images = derived_images(0, count, static_cast<std::uint32_t>(image.elements()));
    data.labels = derived_labels(0, count);
    for (int digit = 0; digit < 10; ++digit) data.classes.push_back(std::to_string(digit));
    return data;
}

/// Samples first .. first + count - 1.
inline data::Dataset part_of(const data::Dataset& data, std::uint64_t first, std::uint64_t count) {
    data::Dataset part = data;
    const auto at = [](const auto& values, std::uint64_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
    part.images.assign(at(data.images, first * data.image_bytes()), at(data.images, (first + count) * data.image_bytes()));
    part.labels.assign(at(data.labels, first), at(data.labels, first + count));
    return part;
}

/// One of every kind of layer that a step can be wrong about, on 8 x 8 x 1 images.
inline Sequential small_network() {
    return Sequential{Conv2d{.filters = 4}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{12}, Relu{}, Dropout{0.25f}, Dense{10}};
}
inline const Shape small_image{8, 8, 1};

inline std::vector<std::vector<float>> values_of(const Network& network) {
    std::vector<std::vector<float>> values;
    for (const ParameterPtr& parameter : network.parameters()) values.push_back(parameter->values());
    return values;
}

}  // namespace hekla::tests
