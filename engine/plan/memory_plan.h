#pragma once
// Where temporary tensors lie: each gets an offset in an arena such that tensors that live at the same time do not
// overlap. Pure; knows no device.

#include <cstdint>
#include <span>
#include <vector>

namespace hekla::plan {

/// A tensor that lives from call `first` to call `last`, both included.
struct Lifetime {
    std::uint64_t bytes = 0;
    std::uint32_t first = 0, last = 0;
};

struct MemoryPlan {
    struct Placement {
        std::uint32_t arena = 0;
        std::uint64_t offset = 0;
    };
    std::vector<Placement> placements;       // one per lifetime
    std::vector<std::uint64_t> arena_bytes;  // what to allocate

    std::uint64_t total_bytes() const;
};

/// Greedy by size (largest first, each at the lowest offset that is free while it lives), which stays close to the lower
/// bound on networks (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference"). An arena is
/// at most `max_arena_bytes`; a tensor that is larger throws Error.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, std::uint64_t max_arena_bytes);

/// No plan can need less: the largest sum of bytes alive at one call.
std::uint64_t memory_lower_bound(std::span<const Lifetime> lifetimes);

}  // namespace hekla::plan
