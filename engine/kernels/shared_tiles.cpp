#include "kernels/shared_tiles.h"

#include <algorithm>

namespace hekla::kernels {
namespace {

/// The first three are for every device: 128 invocations and 16 KiB of shared memory.
constexpr SharedTile all_tiles[] = {
    {32, 32, 16, 4, 4, 1}, {64, 64, 16, 8, 4, 1}, {128, 64, 8, 8, 8, 2}, {128, 64, 16, 8, 4, 1}, {128, 128, 8, 8, 8, 1}};

/// What an invocation holds of an operand's next slice, and the addresses that it reads it from.
std::uint32_t held_registers(std::uint32_t lines, const SharedTile& tile, SharedRead read) {
    const std::uint32_t vectors = lines / 4 * tile.k, group_size = tile.group_size();
    const auto items = [&](std::uint32_t count) { return (count + group_size - 1) / group_size; };
    switch (read) {
        case SharedRead::lines4:
            return items(vectors) * (4 + 1);
        case SharedRead::depth4:
            return items(vectors / 4) * (16 + 4);
        case SharedRead::single:
            break;
    }
    return items(vectors) * (4 + 4);
}

}  // namespace

std::string SharedTile::name(const char* family) const {
    return std::string(family) + " " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
}

std::vector<SharedTile> shared_tiles(const vulkan::Device& device, std::uint64_t rows, std::uint64_t columns, std::uint64_t batch,
                                     SharedRead left, SharedRead right) {
    const DeviceTraits device_traits = traits(device);
    const vulkan::DeviceCaps& caps = device.caps();
    std::vector<SharedTile> tiles;
    for (const SharedTile& tile : all_tiles)
        if (tile.group_size() <= std::min(caps.max_invocations, caps.max_group_size[0]) && tile.shared_bytes() <= caps.max_shared_bytes)
            tiles.push_back(tile);
    const auto fits = [&](const SharedTile& tile) {
        return tile.lane_m * tile.lane_n + tile.lane_m + tile.lane_n + held_registers(tile.m, tile, left) +
                   held_registers(tile.n, tile, right) <= device_traits.registers;
    };
    const auto enough = [&](const SharedTile& tile) {
        return shared_groups(tile, rows, columns, batch) * tile.group_size() >= device_traits.target_invocations;
    };
    // What is computed in vain beyond the matrix's edges counts before anything else but registers.
    const auto computed = [&](const SharedTile& tile) { return shared_groups(tile, rows, columns, batch) * tile.m * tile.n; };
    std::stable_sort(tiles.begin(), tiles.end(), [&](const SharedTile& l, const SharedTile& r) {
        if (fits(l) != fits(r)) return fits(l);
        if (enough(l) != enough(r)) return enough(l);
        if (!enough(l) || computed(l) * 5 < computed(r) * 4 || computed(r) * 5 < computed(l) * 4) return l.m * l.n < r.m * r.n;
        return l.m * l.n > r.m * r.n;
    });
    return tiles;
}

bool prefers_shared(const vulkan::Device& device, std::uint64_t rows, std::uint64_t columns, std::uint64_t depth) {
    return traits(device).shared_memory_pays && rows >= 32 && columns >= 32 && depth >= 32;
}

}  // namespace hekla::kernels
