#pragma once
// Workgroup tiles in shared memory (shaders/shared_tiles.glsl): which a device can have, and which it should try first.

#include <cstdint>
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

/// The tiles that the device's limits allow, the likely fastest first. The order alone depends on the sizes.
std::vector<SharedTile> shared_tiles(const vulkan::Device& device, std::uint64_t rows, std::uint64_t columns, std::uint64_t batch,
                                     SharedRead left, SharedRead right);

/// Whether products of such sizes should go through shared memory first.
bool prefers_shared(const vulkan::Device& device, std::uint64_t rows, std::uint64_t columns, std::uint64_t depth);

inline std::uint64_t shared_groups(const SharedTile& tile, std::uint64_t rows, std::uint64_t columns, std::uint64_t batch) {
    return (rows + tile.m - 1) / tile.m * ((columns + tile.n - 1) / tile.n) * batch;
}

}  // namespace hekla::kernels
