#pragma once
// The order in which an epoch takes the samples.

#include <cstdint>
#include <vector>

namespace hekla::nn {

/// Fisher and Yates' shuffle of 0 .. count-1 with counter-based random numbers.
std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed, std::uint32_t epoch);
std::vector<std::uint32_t> in_order(std::uint32_t first, std::uint32_t end);

}  // namespace hekla::nn
