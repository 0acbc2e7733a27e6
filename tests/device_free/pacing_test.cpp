// The pacer: every group of every call exactly once, segments within the target once costs are known.

#include "plan/pacing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace hekla::plan {
namespace {

std::vector<CallCost> random_calls(std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<CallCost> calls;
    const std::uint32_t count = static_cast<std::uint32_t>(1 + random() % 30);
    for (std::uint32_t i = 0; i < count; ++i) calls.push_back({std::exp2(static_cast<double>(random() % 30)), static_cast<std::uint32_t>(1 + random() % (random() % 4 ? 9 : 5000))});
    return calls;
}

void expect_complete(const std::vector<CallCost>& calls, const std::vector<Segment>& segments) {
    std::uint32_t call = 0, next = 0;  // what must come now
    for (const Segment& segment : segments) {
        ASSERT_FALSE(segment.empty());
        for (const Piece& piece : segment) {
            ASSERT_LT(call, calls.size());
            ASSERT_EQ(piece.call, call);
            ASSERT_EQ(piece.first, next);
            ASSERT_GT(piece.count, 0u);
            next += piece.count;
            ASSERT_LE(next, calls[call].groups);
            if (next == calls[call].groups) {
                ++call;
                next = 0;
            }
        }
    }
    EXPECT_EQ(call, calls.size());
}

TEST(Pacing, CoversEveryGroupOnceAtAnyTarget) {
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        const std::vector<CallCost> calls = random_calls(seed);
        for (double target_ns : {0.0, 1e-3, 1.0, 1e3, 1e5, 3e6, 30e6, 1e9, 1e15}) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << ", target " << target_ns);
            expect_complete(calls, Pacer(calls, target_ns).cut());
        }
    }
}

TEST(Pacing, WithoutATargetNothingIsCut) {
    const std::vector<CallCost> calls = {{1e15, 1000}, {1e15, 1000}, {1, 1}};
    Pacer pacer(calls, 0);
    EXPECT_EQ(pacer.whole_steps(32), 32u);
    EXPECT_EQ(pacer.cut().size(), 1u);
    pacer.measured_steps(32, 1e18);
    EXPECT_EQ(pacer.whole_steps(7), 7u);
}

TEST(Pacing, AnUnknownDeviceBeginsWithSmallSegments) {
    // 12 convolutions of 40 million multiply-adds: half a second of work on a slow device.
    const std::vector<CallCost> calls(12, CallCost{40e6, 64});
    Pacer pacer(calls, 30e6);
    EXPECT_FALSE(pacer.calibrated());
    EXPECT_EQ(pacer.whole_steps(32), 0u) << "whole steps before anything is known";
    EXPECT_GE(pacer.cut().size(), calls.size());
}

TEST(Pacing, LearnsFromMeasurements) {
    const std::vector<CallCost> calls(10, CallCost{1e6, 16});
    Pacer pacer(calls, 30e6);
    for (const Segment& segment : pacer.cut()) pacer.measured(segment, 1e5 * static_cast<double>(segment.size()));
    EXPECT_TRUE(pacer.calibrated());
    EXPECT_NEAR(pacer.step_ns(), 1e6, 1e3);
    EXPECT_EQ(pacer.whole_steps(100), 30u);
    EXPECT_EQ(pacer.whole_steps(8), 8u);
    // The device becomes ten times slower: it follows, but not at one measurement.
    pacer.measured_steps(8, 8e7);
    EXPECT_GT(pacer.whole_steps(100), 10u);
    for (int i = 0; i < 50; ++i) pacer.measured_steps(8, 8e7);
    EXPECT_NEAR(pacer.step_ns(), 1e7, 1e5);
    EXPECT_LE(pacer.whole_steps(100), 3u);
}

TEST(Pacing, SegmentsKeepToTheTargetOnceCostsAreKnown) {
    const std::vector<CallCost> calls = {{1e6, 100}, {5e7, 1000}, {1e5, 10}, {2e8, 777}, {1e4, 1}};
    const std::vector<double> real_ns = {2e6, 90e6, 0.3e6, 400e6, 0.1e6};
    Pacer pacer(calls, 10e6);
    const auto time_of = [&](const Segment& segment) {
        double ns = 0;
        for (const Piece& piece : segment) ns += real_ns[piece.call] * piece.count / calls[piece.call].groups;
        return ns;
    };
    for (int round = 0; round < 200; ++round)
        for (const Segment& segment : pacer.cut()) pacer.measured(segment, time_of(segment));
    expect_complete(calls, pacer.cut());
    for (const Segment& segment : pacer.cut()) EXPECT_LE(time_of(segment), 12e6);
    EXPECT_EQ(pacer.whole_steps(32), 0u);
}

TEST(Pacing, ALongCallIsCutIntoParts) {
    const std::vector<CallCost> calls = {{1, 64}};
    Pacer pacer(calls, 10e6);
    ASSERT_EQ(pacer.cut().size(), 1u);
    pacer.measured(pacer.cut()[0], 80e6);
    const std::vector<Segment> segments = pacer.cut();
    ASSERT_EQ(segments.size(), 8u);
    for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(segments[i], (Segment{{0, 8 * i, 8}}));
}

TEST(Pacing, ACallOfOneGroupIsNeverCut) {
    Pacer pacer({{1e12, 1}}, 1.0);
    EXPECT_EQ(pacer.cut(), (std::vector<Segment>{{{0, 0, 1}}}));
}

TEST(Pacing, MeasurementsOfNothingAreIgnored) {
    Pacer pacer({{1e6, 4}}, 30e6);
    const double before = pacer.step_ns();
    pacer.measured({}, 1e9);
    pacer.measured(pacer.cut()[0], 0);
    pacer.measured_steps(0, 1e9);
    EXPECT_EQ(pacer.step_ns(), before);
    EXPECT_FALSE(pacer.calibrated());
}

TEST(Pacing, PiecesTakenOverFramesAreWholeStepsWithinTheBudget) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        const std::vector<CallCost> calls = random_calls(seed);
        const Pacer pacer(calls, 0);
        const double budget = pacer.step_ns() / 7;
        std::vector<Segment> taken;
        Pacer::Position at;
        while (!pacer.at_end(at)) {
            Segment segment;
            const double expected = pacer.take(at, budget, segment);
            // More than the budget only where a single group is.
            const bool one_group = segment.size() == 1 && segment[0].count == 1;
            EXPECT_TRUE(expected <= budget * 1.0001 || one_group) << expected << " of " << budget;
            ASSERT_LE(segment.size(), calls.size());
            taken.push_back(segment);
        }
        expect_complete(calls, taken);
    }
}

}  // namespace
}  // namespace hekla::plan
