#pragma once
// Weights, images and labels made from the counter-based random numbers instead of stored: the
// golden trainings (golden.h) start from these. tools/make_golden.py computes the same.

#include <hekla/tensor_desc.h>

#include <cstdint>
#include <vector>

namespace hekla::tests {

/// Initial values of parameter `stream` (layer order, weight then bias), row-major in Hekla's
/// layout: uniform in +-limit, all zero for a limit of 0.
std::vector<double> derived_parameter(std::uint32_t stream, std::uint64_t elements, double limit);

/// 0 ... 9
std::uint32_t derived_label(std::uint32_t sample);

/// Bytes of an NHWC image: half noise, half the pattern of its label, so that it can be learnt.
std::vector<std::uint8_t> derived_image(std::uint32_t sample, std::uint32_t bytes);

/// Images `first` ... `first + count - 1`, one after the other.
std::vector<std::uint8_t> derived_images(std::uint32_t first, std::uint32_t count,
                                         std::uint32_t bytes_per_image);
std::vector<std::uint32_t> derived_labels(std::uint32_t first, std::uint32_t count);

}  // namespace hekla::tests
