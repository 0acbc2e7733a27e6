#pragma once
// Register tiles of products, and the parts that their depth is cut into.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/problem.h"

namespace hekla::kernels {

struct Tile {
    std::uint32_t m, n;
};

/// Tiles from the largest that still gives the device enough invocations to the smallest, then the larger ones, and last
/// those that need more registers than it has: all are offered on every problem, so that the small problem of a self-test
/// has them too. `registers(tile)` is what a tile's results and operands take.
template <class Registers>
std::vector<Tile> by_preference(std::vector<Tile> tiles, const DeviceTraits& device, std::uint64_t rows,
                                std::uint64_t columns, std::uint64_t batch, const Registers& registers) {
    const auto invocations = [&](Tile tile) {
        return (rows + tile.m - 1) / tile.m * ((columns + tile.n - 1) / tile.n) * batch;
    };
    const auto enough = [&](Tile tile) { return invocations(tile) >= device.target_invocations; };
    const auto fits = [&](Tile tile) { return registers(tile) <= device.registers; };
    std::stable_sort(tiles.begin(), tiles.end(), [&](Tile l, Tile r) {
        if (fits(l) != fits(r)) return fits(l);
        if (enough(l) != enough(r)) return enough(l);
        return enough(l) ? l.m * l.n > r.m * r.n : l.m * l.n < r.m * r.n;
    });
    return tiles;
}

inline std::string tile_name(const char* family, Tile tile) {
    return std::string(family) + " " + std::to_string(tile.m) + "x" + std::to_string(tile.n);
}

/// A part of the depth that is worth a second dispatch, which adds up the parts: on a CPU it takes as long as many steps.
inline constexpr std::uint32_t least_split_depth = 64, least_split_depth_of_cpu = 512;

/// Parts into which the depth is cut where the results alone do not keep the device busy; each at
/// least so deep and a multiple of `multiple`.
struct Split {
    std::uint32_t splits, depth_per_split;
};
inline Split split_depth(const DeviceTraits& device, std::uint64_t invocations, std::uint32_t depth, std::uint32_t multiple = 4) {
    const std::uint32_t least = device.cpu ? least_split_depth_of_cpu : least_split_depth;
    const std::uint64_t wanted = device.target_invocations / std::max<std::uint64_t>(invocations, 1);
    const auto splits = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 1, std::max(depth / least, 1u)));
    const std::uint32_t per_split = ((depth + splits - 1) / splits + multiple - 1) / multiple * multiple;
    return {(depth + per_split - 1) / per_split, per_split};
}

}  // namespace hekla::kernels
