// The memory planner: nothing that lives at the same time overlaps, and little is wasted.

#include "plan/memory_plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "support/expect_error.h"
#include "vulkan/buffer.h"

namespace hekla::plan {
namespace {

constexpr std::uint64_t unlimited = 1ull << 40;

void expect_sound(const std::vector<Lifetime>& lifetimes, const MemoryPlan& plan, std::uint64_t most) {
    ASSERT_EQ(plan.placements.size(), lifetimes.size());
    for (std::uint64_t bytes : plan.arena_bytes) EXPECT_LE(bytes, most);
    for (std::size_t i = 0; i < lifetimes.size(); ++i) {
        const auto& [arena, offset] = plan.placements[i];
        ASSERT_LT(arena, plan.arena_bytes.size());
        EXPECT_LE(offset + lifetimes[i].bytes, plan.arena_bytes[arena]);
        EXPECT_EQ(offset % vulkan::range_alignment, 0u);
        for (std::size_t j = 0; j < i; ++j) {
            const bool alive_together = lifetimes[i].first <= lifetimes[j].last && lifetimes[j].first <= lifetimes[i].last;
            const auto& other = plan.placements[j];
            const bool overlap = arena == other.arena && offset < other.offset + lifetimes[j].bytes &&
                                 other.offset < offset + lifetimes[i].bytes;
            ASSERT_FALSE(alive_together && overlap) << i << " and " << j;
        }
    }
}

std::vector<Lifetime> random_lifetimes(std::uint32_t seed, std::uint32_t count) {
    std::mt19937 random(seed);
    std::vector<Lifetime> lifetimes;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto first = static_cast<std::uint32_t>(random() % 100);
        const auto last = static_cast<std::uint32_t>(first + random() % (random() % 5 ? 4 : 100 - first + 1));
        lifetimes.push_back({1 + random() % (1u << (4 + random() % 16)), first, last});
    }
    return lifetimes;
}

/// Activations live from their call to the mirrored call of the way back; gradients and scratch are short.
std::vector<Lifetime> network_lifetimes(const std::vector<std::uint64_t>& activations) {
    std::vector<Lifetime> lifetimes;
    const auto layers = static_cast<std::uint32_t>(activations.size());
    for (std::uint32_t i = 0; i < layers; ++i) {
        const std::uint32_t back = 2 * layers - i;
        lifetimes.push_back({activations[i], i, back});
        lifetimes.push_back({activations[i], back - 1, back});
        lifetimes.push_back({activations[i] / 8, back, back});
    }
    return lifetimes;
}

TEST(MemoryPlan, LivingTensorsNeverOverlap) {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        const std::vector<Lifetime> lifetimes = random_lifetimes(seed, 1 + seed % 80);
        const MemoryPlan plan = plan_memory(lifetimes, unlimited);
        expect_sound(lifetimes, plan, unlimited);
        EXPECT_EQ(plan.arena_bytes.size(), 1u);
        EXPECT_GE(plan.total_bytes(), memory_lower_bound(lifetimes)) << "seed " << seed;
    }
}

TEST(MemoryPlan, ArenasKeepToTheLargestAllocation) {
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        const std::vector<Lifetime> lifetimes = random_lifetimes(seed, 60);
        std::uint64_t largest = 0;
        for (const Lifetime& lifetime : lifetimes) largest = std::max(largest, lifetime.bytes);
        const std::uint64_t most = vulkan::align_up(largest, vulkan::range_alignment) + 256 * (seed % 7);
        const MemoryPlan plan = plan_memory(lifetimes, most);
        expect_sound(lifetimes, plan, most);
        EXPECT_GE(plan.total_bytes(), memory_lower_bound(lifetimes));
    }
}

TEST(MemoryPlan, StaysCloseToTheBoundOnNetworks) {
    const std::vector<std::vector<std::uint64_t>> networks = {
        {2768896, 2768896, 692224, 692224, 40960, 5120, 1280},                      // one convolution
        {1384448, 1384448, 346112, 495616, 495616, 102400, 102400, 16384, 5120},    // two
        {14745600, 14745600, 3686400, 5537792, 5537792, 1179648, 32768, 32768},     // wide
        {3276800, 6553600, 6553600, 1638400, 3276800, 3276800, 819200, 1638400, 1638400, 409600, 51200}};
    for (const auto& activations : networks) {
        const std::vector<Lifetime> lifetimes = network_lifetimes(activations);
        const MemoryPlan plan = plan_memory(lifetimes, unlimited);
        expect_sound(lifetimes, plan, unlimited);
        const double ratio = static_cast<double>(plan.total_bytes()) / static_cast<double>(memory_lower_bound(lifetimes));
        EXPECT_LE(ratio, 1.1) << activations.size() << " layers";
    }
}

TEST(MemoryPlan, AChainNeedsTwoTensors) {
    std::vector<Lifetime> chain;
    for (std::uint32_t i = 0; i < 50; ++i) chain.push_back({1024, i, i + 1});
    EXPECT_EQ(memory_lower_bound(chain), 2048u);
    EXPECT_EQ(plan_memory(chain, unlimited).total_bytes(), 2048u);
}

TEST(MemoryPlan, WhatTouchesOnlyAtOneCallStillOverlaps) {
    const std::vector<Lifetime> lifetimes = {{256, 0, 3}, {256, 3, 5}, {256, 4, 9}};
    EXPECT_EQ(memory_lower_bound(lifetimes), 512u);
    expect_sound(lifetimes, plan_memory(lifetimes, unlimited), unlimited);
}

TEST(MemoryPlan, NothingNeedsNothing) {
    EXPECT_EQ(plan_memory({}, unlimited).total_bytes(), 0u);
    EXPECT_EQ(memory_lower_bound({}), 0u);
}

TEST(MemoryPlan, ATensorBeyondTheLargestAllocationIsAnError) {
    const std::vector<Lifetime> lifetimes = {{1000, 0, 1}, {70000, 0, 1}};
    const std::string message = tests::error_of(ErrorCode::unsupported, [&] { plan_memory(lifetimes, 65536); });
    EXPECT_THAT(message, testing::AllOf(testing::HasSubstr("70144"), testing::HasSubstr("65536")));
}

}  // namespace
}  // namespace hekla::plan
