#pragma once
// Numbers as colours.

#include <array>
#include <cstdint>

namespace hekla::io {

using Rgb = std::array<std::uint8_t, 3>;

/// 0 to 1 on matplotlib's inferno, whose brightness grows evenly for the eye; beyond the ends the end's.
Rgb sequential_colour(double share);
/// -1 to 1 on ColorBrewer's RdBu, turned round: blue, near white at 0, red.
Rgb diverging_colour(double share);

}  // namespace hekla::io
