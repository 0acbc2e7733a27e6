// The barrier planner: where one must stand, and that it stands nowhere else.

#include "plan/barrier_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace hekla::plan {
namespace {

using Calls = std::vector<std::vector<Access>>;
using Barriers = std::vector<bool>;

Access read(std::uint64_t buffer, std::uint64_t begin = 0, std::uint64_t end = 16) { return {buffer, begin, end, false}; }
Access write(std::uint64_t buffer, std::uint64_t begin = 0, std::uint64_t end = 16) { return {buffer, begin, end, true}; }

TEST(BarrierPlan, TheFirstCallAlwaysHasOne) {
    EXPECT_EQ(plan_barriers({}), Barriers{});
    EXPECT_EQ(plan_barriers(Calls{{}}), Barriers{true});
    EXPECT_EQ(plan_barriers(Calls{{read(1)}}), Barriers{true});
}

TEST(BarrierPlan, ReadAfterWrite) {
    EXPECT_EQ(plan_barriers(Calls{{read(1), write(2)}, {read(2), write(3)}}), (Barriers{true, true}));
}

TEST(BarrierPlan, WriteAfterWrite) {
    EXPECT_EQ(plan_barriers(Calls{{write(1)}, {write(1)}}), (Barriers{true, true}));
}

TEST(BarrierPlan, WriteAfterRead) {
    EXPECT_EQ(plan_barriers(Calls{{read(1), write(2)}, {write(1)}}), (Barriers{true, true}));
}

TEST(BarrierPlan, ReadAfterReadNeedsNone) {
    EXPECT_EQ(plan_barriers(Calls{{read(1), write(2)}, {read(1), write(3)}, {read(1), write(4)}}),
              (Barriers{true, false, false}));
}

TEST(BarrierPlan, DisjointRangesOfOneBufferNeedNone) {
    EXPECT_EQ(plan_barriers(Calls{{write(1, 0, 256)}, {write(1, 256, 512)}, {read(1, 512, 600)}}),
              (Barriers{true, false, false}));
    EXPECT_EQ(plan_barriers(Calls{{write(1, 0, 257)}, {write(1, 256, 512)}}), (Barriers{true, true}));
}

TEST(BarrierPlan, ABarrierCoversAllThatCameBefore) {
    // The third call's conflict with the first is covered by the barrier before the second.
    EXPECT_EQ(plan_barriers(Calls{{write(1), write(2)}, {read(1), write(3)}, {read(2), write(4)}, {read(3)}}),
              (Barriers{true, true, false, true}));
}

TEST(BarrierPlan, ConflictsWithAnyCallSinceTheLastBarrierCount) {
    EXPECT_EQ(plan_barriers(Calls{{write(1)}, {write(2)}, {write(3)}, {read(1)}}), (Barriers{true, false, false, true}));
}

bool conflict(const std::vector<Access>& l, const std::vector<Access>& r) {
    for (const Access& a : l)
        for (const Access& b : r)
            if ((a.write || b.write) && a.buffer == b.buffer && a.begin < b.end && b.begin < a.end) return true;
    return false;
}

TEST(BarrierPlan, RandomCallsAreOrderedAndNoBarrierIsInVain) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        Calls calls(1 + random() % 20);
        for (auto& call : calls)
            for (std::uint32_t i = 0; i < 1 + random() % 3; ++i) {
                const std::uint64_t begin = random() % 8;
                call.push_back({random() % 4, begin, begin + 1 + random() % 4, random() % 2 == 0});
            }
        const Barriers barriers = plan_barriers(calls);
        std::size_t last = 0;  // the call before which the last barrier stands
        for (std::size_t i = 0; i < calls.size(); ++i) {
            bool needed = false;
            for (std::size_t j = last; j < i; ++j) needed = needed || conflict(calls[j], calls[i]);
            ASSERT_EQ(barriers[i], i == 0 || needed) << "round " << round << ", call " << i;
            if (barriers[i]) last = i;
        }
    }
}

}  // namespace
}  // namespace hekla::plan
