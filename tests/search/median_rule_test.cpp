#include "search/median_rule.h"

#include <gtest/gtest.h>

namespace hekla::search {
namespace {

TEST(MedianRule, NeedsTrialsToCompareWith) {
    MedianRule rule(2);
    EXPECT_FALSE(rule.stops({0.0}));
    rule.add({0.5, 0.7});
    EXPECT_FALSE(rule.stops({0.0}));
    rule.add({0.5, 0.9});
    EXPECT_TRUE(rule.stops({0.0}));
}

TEST(MedianRule, ComparesTheBestSoFarWithTheMedianOfMeans) {
    MedianRule rule(3);
    rule.add({0.2, 0.4, 0.6});
    rule.add({0.4, 0.6, 0.8});
    rule.add({0.6, 0.8, 0.9});
    EXPECT_FALSE(rule.stops({0.4})) << "equal to the median 0.4";
    EXPECT_TRUE(rule.stops({0.39}));
    EXPECT_TRUE(rule.stops({0.39, 0.49})) << "the means up to the second epoch are 0.3, 0.5, 0.7";
    EXPECT_FALSE(rule.stops({0.51, 0.1})) << "the best counts, not the last";
    // An even number: the mean of the two in the middle, 0.5 and 0.7.
    rule.add({0.8, 0.8});
    EXPECT_TRUE(rule.stops({0.1, 0.59}));
    EXPECT_FALSE(rule.stops({0.1, 0.6}));
}

TEST(MedianRule, LeavesOutTrialsThatEndedBefore) {
    MedianRule rule(3);
    rule.add({0.9, 0.9});
    rule.add({0.9, 0.9});
    rule.add({0.9});
    EXPECT_TRUE(rule.stops({0.5}));
    EXPECT_FALSE(rule.stops({0.5, 0.5})) << "only two came as far";
}

}  // namespace
}  // namespace hekla::search
