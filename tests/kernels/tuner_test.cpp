// The tuner: what is timed, what is remembered, and that nothing wrong wins.

#include "kernels/tuner.h"

#include <gmock/gmock.h>
#include <hekla/error.h>

#include <algorithm>
#include <cmath>

#include "kernels/device_identity.h"
#include "kernels/kernel_problems.h"
#include "kernels/matmul.h"
#include "kernels/race.h"
#include "kernels/trial.h"
#include "kernels/zeros.h"
#include "support/expect_error.h"
#include "support/shared_device.h"
#include "vulkan/device.h"

namespace hekla::tests {
namespace {

using kernels::Implementation;
using kernels::Problem;
using kernels::Selection;
using kernels::Tuned;
using kernels::Tuner;
using testing::HasSubstr;

const KernelSettings full = {.tune = Tune::full, .tune_seconds = 20};

kernels::Matmul product() { return kernels::Matmul({.rows = 32, .columns = 24, .depth = 40}); }

class TunerTest : public testing::Test {
  protected:
    vulkan::Device& device = shared_device().vulkan();
    Selection selection{device};

    std::vector<std::string> names(const Problem& problem) {
        std::vector<std::string> list;
        for (const Implementation& one : selection.select_all(problem)) list.push_back(one.name);
        return list;
    }
};

TEST_F(TunerTest, TheFastestIsSelected) {
    Tuner tuner(device, selection, full);
    tuner.tune(product());
    ASSERT_EQ(tuner.results().size(), 1u);
    const Tuned& tuned = tuner.results()[0];
    EXPECT_EQ(tuned.untimed, "");
    EXPECT_EQ(tuned.problem, product().name());
    EXPECT_EQ(tuned.candidates, names(product()).size());
    EXPECT_EQ(tuned.first, names(product())[0]);
    EXPECT_GE(tuned.timed, 1u);
    EXPECT_GT(tuned.best_ms, 0);
    EXPECT_LE(tuned.best_ms, tuned.first_ms);
    EXPECT_EQ(selection.select(product()).name, tuned.best);
    EXPECT_TRUE(selection.quarantined().empty());
    tuner.tune(product());
    EXPECT_EQ(tuner.results().size(), 1u) << "timed twice";
}

TEST_F(TunerTest, OffTimesNothing) {
    Tuner tuner(device, selection, {});
    tuner.tune(product());
    EXPECT_TRUE(tuner.results().empty());
    EXPECT_EQ(selection.remembered(product().name()), nullptr);
}

TEST_F(TunerTest, WhatIsKnownIsNotTimedAgain) {
    const std::string problem = product().name();
    selection.remember({{problem, {names(product())[1], false, 1, 2}}});
    Tuner quick(device, selection, {.tune = Tune::quick});
    quick.tune(product());
    EXPECT_TRUE(quick.results().empty());
    EXPECT_EQ(selection.select(product()).name, names(product())[1]);
    Tuner thorough(device, selection, full);
    thorough.tune(product());
    ASSERT_EQ(thorough.results().size(), 1u) << "what was tuned quickly is tuned in full";
    EXPECT_TRUE(selection.remembered(problem)->full);
    Tuner again(device, selection, full);
    again.tune(product());
    EXPECT_TRUE(again.results().empty());
    Tuner forced(device, selection, {.tune = Tune::quick, .tune_again = true});
    forced.tune(product());
    EXPECT_EQ(forced.results().size(), 1u);
}

TEST_F(TunerTest, WhatIsDemandedIsNotTimed) {
    selection.demand({{product().name(), names(product()).back()}}, "a file");
    Tuner tuner(device, selection, full);
    tuner.tune(product());
    EXPECT_TRUE(tuner.results().empty());
    EXPECT_EQ(selection.select(product()).name, names(product()).back());
}

TEST_F(TunerTest, TimeIsLimited) {
    Tuner tuner(device, selection, {.tune = Tune::full, .tune_seconds = 1e-9});
    tuner.tune(product());
    tuner.tune(kernels::Matmul({.rows = 33, .columns = 24, .depth = 40}));
    ASSERT_EQ(tuner.results().size(), 2u);
    EXPECT_THAT(tuner.results()[1].untimed, HasSubstr("time is out"));
    EXPECT_EQ(selection.remembered(tuner.results()[1].problem), nullptr);
    EXPECT_EQ(selection.select(product()).name, names(product())[0]);
}

TEST_F(TunerTest, AFastWrongCandidateIsNeverTimed) {
    const kernels::Matmul large({.rows = 200, .columns = 200, .depth = 300});
    selection.offer([&](const Problem& problem) { return std::vector{zeros(problem, device)}; });
    // As if an earlier version, in which it was right, had remembered it.
    selection.remember({{large.name(), {"zeros", false, 1, 1}}});
    selection.recommend({{large.name(), "zeros"}});
    Tuner tuner(device, selection, full);
    tuner.tune(large);
    ASSERT_EQ(tuner.results().size(), 1u);
    EXPECT_NE(tuner.results()[0].best, "zeros");
    EXPECT_NE(tuner.results()[0].first, "zeros");
    ASSERT_EQ(selection.quarantined().size(), 1u);
    EXPECT_THAT(selection.quarantined()[0], HasSubstr("zeros"));
    const Implementation chosen = selection.select(large);
    EXPECT_EQ(chosen.name, tuner.results()[0].best);
    EXPECT_TRUE(kernels::try_implementation(device, large, chosen).passed);
}

TEST_F(TunerTest, RaceDropsWhatIsFarSlower) {
    const kernels::Matmul problem({.rows = 64, .columns = 64, .depth = 64});
    std::vector<Implementation> list = {problem.implementations(device)[0], problem.implementations(device)[0]};
    list[1].name = "many times";
    for (int i = 0; i < 30; ++i) list[1].calls.push_back(list[0].calls[0]);
    const std::vector<double> ms = kernels::race(device, problem, list, 1);
    EXPECT_GT(ms[0], 0);
    EXPECT_FALSE(std::isinf(ms[0]));
    EXPECT_TRUE(std::isinf(ms[1])) << ms[1] << " against " << ms[0];
}

TEST_F(TunerTest, WithoutTimestampsTheHostsClockDecides) {
    const Device minimum({.caps = "minimum", .disk_cache = false});
    ASSERT_EQ(minimum.vulkan().caps().timestamp_valid_bits, 0u);
    Selection own(minimum.vulkan());
    Tuner tuner(minimum.vulkan(), own, full);
    tuner.tune(product());
    ASSERT_EQ(tuner.results().size(), 1u);
    EXPECT_EQ(tuner.results()[0].untimed, "");
    EXPECT_GT(tuner.results()[0].best_ms, 0);
}

TEST_F(TunerTest, OrderOfWhatIsAsked) {
    const std::vector<std::string> list = names(product());
    ASSERT_GE(list.size(), 4u);
    const std::string problem = product().name();
    selection.recommend({{problem, list[1]}});
    EXPECT_EQ(selection.select(product()).name, list[1]);
    selection.remember({{problem, {list[2], false, 1, 1}}});
    EXPECT_EQ(selection.select(product()).name, list[2]);
    selection.demand({{problem, list[3]}}, "a file");
    EXPECT_EQ(selection.select(product()).name, list[3]);
    selection.demand({}, "");
    selection.remember({{problem, {"gone since", false, 1, 1}}});
    EXPECT_EQ(selection.select(product()).name, list[1]) << "an unknown name counts for nothing";
    selection.recommend({{problem, "gone too"}});
    EXPECT_EQ(selection.select(product()).name, list[0]);
}

TEST_F(TunerTest, ADemandThatCannotBeMetIsAnError) {
    const std::string problem = product().name();
    selection.demand({{problem, "no such kernel"}}, "old.choices");
    const std::string message = error_of(ErrorCode::invalid_argument, [&] { selection.select(product()); });
    for (const std::string& part : {std::string("old.choices"), problem, std::string("'no such kernel'"), names(product())[0]})
        EXPECT_THAT(message, HasSubstr(part));
    const kernels::Matmul large({.rows = 200, .columns = 200, .depth = 300});
    selection.offer([&](const Problem& asked) { return std::vector{zeros(asked, device)}; });
    selection.demand({{large.name(), "zeros"}}, "old.choices");
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { selection.select(large); }), HasSubstr("gives wrong results"));
}

/// Choices go by the names of problems.
TEST_F(TunerTest, ProblemsOfOneNameHaveTheSameCandidates) {
    std::map<std::string, std::vector<std::string>> seen;
    for (const auto& problem : kernel_problems()) {
        std::vector<std::string> candidates;
        for (const Implementation& one : problem->implementations(device)) candidates.push_back(one.name);
        EXPECT_EQ(seen.emplace(problem->full_name(), candidates).first->second, candidates) << problem->full_name();
        std::sort(candidates.begin(), candidates.end());
        EXPECT_EQ(std::adjacent_find(candidates.begin(), candidates.end()), candidates.end()) << problem->full_name() << " has a name twice";
    }
}

TEST_F(TunerTest, LimitsMakeAnotherDevice) {
    const kernels::DeviceIdentity own = kernels::identity_of(device);
    EXPECT_THAT(own.text, HasSubstr(device.gpu().driver));
    const Device minimum({.caps = "minimum", .disk_cache = false});
    const kernels::DeviceIdentity lowered = kernels::identity_of(minimum.vulkan());
    EXPECT_NE(own.file_name, lowered.file_name);
    EXPECT_NE(own.text, lowered.text);
}

}  // namespace
}  // namespace hekla::tests
