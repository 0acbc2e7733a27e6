#include "support/derived.h"

#include "reference/reference.h"

namespace hekla::tests {
namespace {

constexpr std::uint32_t weight_seed = 7, byte_seed = 11, label_seed = 13, pattern_seed = 17;

std::uint32_t random_byte(std::uint32_t seed, std::uint32_t counter, std::uint32_t index) {
    return static_cast<std::uint32_t>(reference::random_unit(seed, counter, 0, index) * 256.0);
}

}  // namespace

std::vector<double> derived_parameter(std::uint32_t stream, std::uint64_t elements, double limit) {
    std::vector<double> values(elements);
    for (std::uint32_t i = 0; i < elements; ++i)
        values[i] = limit * (2.0 * reference::random_unit(weight_seed, 0, stream, i) - 1.0);
    return values;
}

std::uint32_t derived_label(std::uint32_t sample) {
    return reference::random_word(label_seed, sample, 0, 0) % 10;
}

std::vector<std::uint8_t> derived_image(std::uint32_t sample, std::uint32_t bytes) {
    return derived_images(sample, 1, bytes);
}

std::vector<std::uint8_t> derived_images(std::uint32_t first, std::uint32_t count,
                                         std::uint32_t bytes_per_image) {
    std::vector<std::uint8_t> images;
    images.reserve(std::size_t{count} * bytes_per_image);
    for (std::uint32_t sample = first; sample < first + count; ++sample) {
        const std::uint32_t label = derived_label(sample);
        for (std::uint32_t j = 0; j < bytes_per_image; ++j) {
            const std::uint32_t noise = random_byte(byte_seed, sample, j);
            const std::uint32_t pattern = random_byte(pattern_seed, label, j);
            images.push_back(static_cast<std::uint8_t>((noise + pattern) / 2));
        }
    }
    return images;
}

std::vector<std::uint32_t> derived_labels(std::uint32_t first, std::uint32_t count) {
    std::vector<std::uint32_t> labels(count);
    for (std::uint32_t i = 0; i < count; ++i) labels[i] = derived_label(first + i);
    return labels;
}

}  // namespace hekla::tests
