#include "io/colour_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace hekla::io {
namespace {

// Between the stops colours are mixed.
constexpr Rgb inferno[] = {{0, 0, 4},     {27, 12, 65},   {74, 12, 107},  {120, 28, 109}, {165, 44, 96},
                           {207, 68, 70}, {237, 105, 37}, {251, 155, 6},  {247, 209, 61}, {252, 255, 164}};
constexpr Rgb blue_red[] = {{5, 48, 97},     {33, 102, 172},  {67, 147, 195}, {146, 197, 222}, {209, 229, 240}, {247, 247, 247},
                            {253, 219, 199}, {244, 165, 130}, {214, 96, 77},  {178, 24, 43},   {103, 0, 31}};

Rgb mixed(std::span<const Rgb> stops, double share) {
    const double place = (std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0) * static_cast<double>(stops.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    const double part = place - static_cast<double>(below);
    Rgb colour;
    for (std::size_t c = 0; c < 3; ++c)
        colour[c] = static_cast<std::uint8_t>(std::lround(stops[below][c] * (1 - part) + stops[below + 1][c] * part));
    return colour;
}

}  // namespace

Rgb sequential_colour(double share) { return mixed(inferno, share); }
Rgb diverging_colour(double share) { return mixed(blue_red, (share + 1) / 2); }

}  // namespace hekla::io
