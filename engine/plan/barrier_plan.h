#pragma once
// Where barriers stand between the calls of a layer. Pure; knows no device.

#include <cstdint>
#include <span>
#include <vector>

namespace hekla::plan {

/// A range of a buffer that a call reads or writes. `buffer` is any number that tells buffers apart.
struct Access {
    std::uint64_t buffer = 0;
    std::uint64_t begin = 0, end = 0;
    bool write = false;
};

/// barrier[i]: whether one must stand before call i. The first call always has one: it assumes nothing of what ran before
/// the layer. Further on a barrier stands only where a call touches what another wrote, or writes what another
/// touched, since the last barrier.
std::vector<bool> plan_barriers(std::span<const std::vector<Access>> calls);

}  // namespace hekla::plan
