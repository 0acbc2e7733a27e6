#pragma once
// Workgroup tiles in shared memory (shaders/shared_tiles.glsl): which a device can have, and which it should try first.

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "kernels/tiles.h"

namespace hekla::kernels {

/// m x n results of a workgroup, in slices of k of the depth; lane_m x lane_n results of an invocation.
struct SharedTile {
    std::uint32_t m, n, k, lane_m, lane_n, buffers;

    std::uint32_t group_size() const { return m / lane_m * (n / lane_n); }
    std::uint32_t shared_bytes() const { return buffers * k * (m / 4 + 1 + n / 4 + 1) * 16; }
    std::string name(const char* family) const;
};

/// How an operand is read: vec4s along its lines, vec4s along the depth, or single numbers. Decides what an item is.
enum class SharedRead : std::uint8_t { lines4, depth4, single };

/// A product that is to go through shared memory.
struct SharedProduct {
    std::uint64_t rows, columns, depth, batch;
    SharedRead left, right;
    bool gathered = false;  // the left operand has an address and two positions for each of its lines
};

/// The tiles that the device's limits allow, the likely fastest first. The order alone depends on the sizes.
std::vector<SharedTile> shared_tiles(const vulkan::Device& device, const SharedProduct& product);

/// Whether it should be tried before tiles in registers alone. Only with 8 x 4 results of an invocation or more: 4 x 4 read
/// one number from shared memory for two multiply-adds, which is no better than the caches.
bool prefers_shared(const vulkan::Device& device, const SharedProduct& product);

/// Implementations, and whether they should stand before all others.
struct SharedOffer {
    std::vector<Implementation> list;
    bool first = false;

    void add_to(std::vector<Implementation>& others) {
        others.insert(first ? others.begin() : others.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
    }
};

inline std::uint64_t shared_groups(const SharedTile& tile, std::uint64_t rows, std::uint64_t columns, std::uint64_t batch) {
    return (rows + tile.m - 1) / tile.m * ((columns + tile.n - 1) / tile.n) * batch;
}

}  // namespace hekla::kernels
