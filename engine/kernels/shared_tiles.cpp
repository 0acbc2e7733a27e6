#include "kernels/shared_tiles.h"

#include <algorithm>

namespace hekla::kernels {
namespace {

/// The first three are for every device: 128 invocations and 16 KiB of shared memory.
constexpr SharedTile all_tiles[] = {
    {32, 32, 16, 4, 4, 1}, {64, 64, 16, 8, 4, 1}, {128, 64, 8, 8, 8, 2}, {128, 64, 16, 8, 4, 1}, {128, 128, 8, 8, 8, 1}};

// Addresses of shared memory, the loop's and the compiler's own; what AMD's compiler was seen to take beyond the rest, and
// two more: with less, a tile of 8 x 8 spilled on Adreno.
constexpr std::uint32_t other_registers = 16;

/// What an invocation holds of an operand's next slice, and the addresses that it reads it from.
std::uint32_t held_registers(std::uint32_t lines, const SharedTile& tile, SharedRead read, bool gathered) {
    const std::uint32_t vectors = lines / 4 * tile.k, group_size = tile.group_size(), more = gathered ? 12 : 0;
    const auto items = [&](std::uint32_t count) { return (count + group_size - 1) / group_size; };
    switch (read) {
        case SharedRead::lines4:
            return items(vectors) * (4 + 1 + more);
        case SharedRead::depth4:
            return items(vectors / 4) * (16 + 4 + more);
        case SharedRead::single:
            break;
    }
    return items(vectors) * (4 + 4 + more);
}

bool fits(const DeviceTraits& device, const SharedTile& tile, const SharedProduct& p) {
    return tile.lane_m * tile.lane_n + tile.lane_m + tile.lane_n + held_registers(tile.m, tile, p.left, p.gathered) +
               held_registers(tile.n, tile, p.right, false) + other_registers <= device.registers;
}

}  // namespace

std::string SharedTile::name(const char* family) const {
    return std::string(family) + " " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
}

std::vector<SharedTile> shared_tiles(const vulkan::Device& device, const SharedProduct& p) {
    const DeviceTraits device_traits = traits(device);
    const vulkan::DeviceCaps& caps = device.caps();
    std::vector<SharedTile> tiles;
    // On a GPU a tile that is spilled is slow, and some compilers take seconds for it: the smallest one is always there.
    const auto sensible = [&](const SharedTile& tile) { return device_traits.cpu || &tile == all_tiles || fits(device_traits, tile, p); };
    for (const SharedTile& tile : all_tiles)
        if (sensible(tile) && tile.group_size() <= std::min(caps.max_invocations, caps.max_group_size[0]) && tile.shared_bytes() <= caps.max_shared_bytes)
            tiles.push_back(tile);
    const auto computed = [&](const SharedTile& tile) { return shared_groups(tile, p.rows, p.columns, p.batch) * tile.m * tile.n; };
    const auto enough = [&](const SharedTile& tile) {
        return computed(tile) / (tile.lane_m * tile.lane_n) >= device_traits.target_invocations;
    };
    // What is computed in vain beyond the matrix's edges: a quarter of it outweighs the better use of a larger tile.
    const auto least = [&] {
        std::uint64_t smallest = ~std::uint64_t{0};
        for (const SharedTile& tile : tiles) smallest = std::min(smallest, computed(tile));
        return smallest;
    }();
    const auto wasteful = [&](const SharedTile& tile) { return computed(tile) * 4 > least * 5; };
    std::stable_sort(tiles.begin(), tiles.end(), [&](const SharedTile& l, const SharedTile& r) {
        if (fits(device_traits, l, p) != fits(device_traits, r, p)) return fits(device_traits, l, p);
        if (enough(l) != enough(r)) return enough(l);
        if (wasteful(l) != wasteful(r)) return wasteful(r);
        return enough(l) ? l.m * l.n > r.m * r.n : l.m * l.n < r.m * r.n;
    });
    return tiles;
}

bool prefers_shared(const vulkan::Device& device, const SharedProduct& p) {
    if (!traits(device).shared_memory_pays || p.rows < 32 || p.columns < 32 || p.depth < 32) return false;
    const SharedTile first = shared_tiles(device, p)[0];
    return first.lane_m * first.lane_n >= 32 && fits(traits(device), first, p);
}

}  // namespace hekla::kernels
