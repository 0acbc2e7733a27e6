#include "plan/memory_plan.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <hekla/error.h>

#include "vulkan/buffer.h"

namespace hekla::plan {
namespace {

bool overlap(const Lifetime& l, const Lifetime& r) { return l.first <= r.last && r.first <= l.last; }

struct Taken {
    std::uint64_t begin, end;
};

/// Lowest offset where `bytes` fit between what is taken (sorted by begin).
std::uint64_t lowest_offset(const std::vector<Taken>& taken, std::uint64_t bytes) {
    std::uint64_t offset = 0;
    for (const Taken& t : taken) {
        if (offset + bytes <= t.begin) break;
        offset = std::max(offset, t.end);
    }
    return offset;
}

}  // namespace

std::uint64_t MemoryPlan::total_bytes() const { return std::accumulate(arena_bytes.begin(), arena_bytes.end(), std::uint64_t{0}); }

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, std::uint64_t max_arena_bytes) {
    MemoryPlan plan;
    plan.placements.resize(lifetimes.size());
    std::vector<std::size_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t l, std::size_t r) { return lifetimes[l].bytes > lifetimes[r].bytes; });

    std::vector<std::size_t> placed;
    for (std::size_t index : order) {
        const std::uint64_t bytes = vulkan::align_up(lifetimes[index].bytes, vulkan::range_alignment);
        if (bytes > max_arena_bytes)
            throw Error(ErrorCode::unsupported, "[memory] a tensor of " + std::to_string(bytes) + " bytes is larger than the device can allocate at once (" +
                                                    std::to_string(max_arena_bytes) + ")");
        for (std::uint32_t arena = 0;; ++arena) {
            std::vector<Taken> taken;
            for (std::size_t other : placed)
                if (plan.placements[other].arena == arena && overlap(lifetimes[index], lifetimes[other])) {
                    const std::uint64_t begin = plan.placements[other].offset;
                    taken.push_back({begin, begin + vulkan::align_up(lifetimes[other].bytes, vulkan::range_alignment)});
                }
            std::sort(taken.begin(), taken.end(), [](const Taken& l, const Taken& r) { return l.begin < r.begin; });
            const std::uint64_t offset = lowest_offset(taken, bytes);
            if (offset + bytes > max_arena_bytes) continue;
            if (arena == plan.arena_bytes.size()) plan.arena_bytes.push_back(0);
            plan.arena_bytes[arena] = std::max(plan.arena_bytes[arena], offset + bytes);
            plan.placements[index] = {arena, offset};
            break;
        }
        placed.push_back(index);
    }
    return plan;
}

std::uint64_t memory_lower_bound(std::span<const Lifetime> lifetimes) {
    std::map<std::uint32_t, std::int64_t> changes;
    for (const Lifetime& lifetime : lifetimes) {
        const auto bytes = static_cast<std::int64_t>(vulkan::align_up(lifetime.bytes, vulkan::range_alignment));
        changes[lifetime.first] += bytes;
        changes[lifetime.last + 1] -= bytes;
    }
    std::int64_t alive = 0, most = 0;
    for (const auto& [call, change] : changes) most = std::max(most, alive += change);
    return static_cast<std::uint64_t>(most);
}

}  // namespace hekla::plan
