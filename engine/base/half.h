#pragma once
// Numbers of 16 bits (IEEE 754 binary16), as the device packs and fetches them.

#include <cstdint>

namespace hekla {

/// The nearest one, ties to even; what is beyond 65,504 becomes infinite.
std::uint16_t to_half(float value);
float from_half(std::uint16_t bits);

}  // namespace hekla
