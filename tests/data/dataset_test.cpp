// Dataset: what its check refuses, and subsets.

#include <algorithm>
#include <map>

#include <hekla/data.h>
#include "sample_files.h"

namespace hekla::data {
namespace {

using test::message_of;

// `sizes[c]` images of class c, interleaved; the one pixel is the position.
Dataset make(std::vector<int> sizes) {
    Dataset set;
    set.name = "made";
    set.image_shape = Shape{1, 1, 1};
    for (std::size_t c = 0; c < sizes.size(); ++c) set.classes.push_back(std::to_string(c));
    for (bool any = true; any;) {
        any = false;
        for (std::size_t c = 0; c < sizes.size(); ++c) {
            if (sizes[c]-- <= 0) continue;
            any = true;
            set.images.push_back(static_cast<std::uint8_t>(set.labels.size()));
            set.labels.push_back(static_cast<std::uint32_t>(c));
        }
    }
    return set;
}

std::map<std::uint32_t, int> counts(const Dataset& set) {
    std::map<std::uint32_t, int> result;
    for (const auto label : set.labels) ++result[label];
    return result;
}

TEST(Dataset, CheckNamesWhatDoesNotFit) {
    Dataset set = make({2, 2});
    EXPECT_NO_THROW(set.check());
    set.labels[3] = 2;
    EXPECT_HAS(message_of([&] { set.check(); }), "label 3 is 2, but there are 2 classes");
    set = make({2, 2});
    set.images.pop_back();
    EXPECT_HAS(message_of([&] { set.check(); }), "3 bytes of images and 4 labels");
    set.image_shape = Shape{0, 1, 1};
    EXPECT_HAS(message_of([&] { set.check(); }), "shape 0x1x1");
    set.image_shape = Shape{1, 1};
    message_of([&] { set.check(); });
}

TEST(Dataset, SubsetKeepsTheShares) {
    const Dataset set = make({50, 30, 20});
    EXPECT_EQ(counts(set.subset(10, 1)), (std::map<std::uint32_t, int>{{0, 5}, {1, 3}, {2, 2}}));
    // 3.5, 2.1, 1.4: the one left over goes to the largest remainder
    EXPECT_EQ(counts(set.subset(7, 1)), (std::map<std::uint32_t, int>{{0, 4}, {1, 2}, {2, 1}}));
    for (std::uint64_t n = 0; n <= 100; ++n) EXPECT_EQ(set.subset(n, n).size(), n);
    EXPECT_EQ(set.subset(1000, 1).size(), 100u);
}

TEST(Dataset, SubsetKeepsOrderAndPairs) {
    const Dataset set = make({50, 30, 20}), some = set.subset(37, 5);
    EXPECT_TRUE(std::is_sorted(some.images.begin(), some.images.end()));
    EXPECT_EQ(std::adjacent_find(some.images.begin(), some.images.end()), some.images.end());
    for (std::size_t i = 0; i < some.size(); ++i) {
        EXPECT_EQ(some.labels[i], set.labels[some.images[i]]);
    }
}

TEST(Dataset, SubsetDependsOnTheSeedAlone) {
    const Dataset set = make({50, 30, 20});
    EXPECT_EQ(set.subset(20, 9).images, set.subset(20, 9).images);
    EXPECT_NE(set.subset(20, 9).images, set.subset(20, 10).images);
    // written down: the same on every platform and in every version
    EXPECT_EQ(set.subset(5, 1).images, (std::vector<std::uint8_t>{21, 46, 47, 72, 93}));
}

TEST(Dataset, SplitTakesOfEachClassAndLeavesTheRest) {
    const Dataset set = make({50, 30, 20});
    const auto [rest, chosen] = set.split(20, 7);
    EXPECT_EQ(chosen.images, set.subset(20, 7).images);
    std::vector<int> per_class(3, 0);
    for (const std::uint32_t label : chosen.labels) ++per_class[label];
    EXPECT_EQ(per_class, (std::vector<int>{10, 6, 4}));
    std::vector<std::uint8_t> all = rest.images;
    all.insert(all.end(), chosen.images.begin(), chosen.images.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, set.images) << "each image is in one of the two";
    EXPECT_EQ(set.split(500, 7).first.size(), 0u);
    EXPECT_EQ(set.split(0, 7).second.size(), 0u);
}

TEST(Dataset, ValidationMovesToTheEnd) {
    const Dataset set = make({50, 30, 20}), moved = set.with_validation_last(20, 7);
    const auto [rest, chosen] = set.split(20, 7);
    std::vector<std::uint8_t> expected = rest.images;
    expected.insert(expected.end(), chosen.images.begin(), chosen.images.end());
    EXPECT_EQ(moved.images, expected);
}

TEST(Dataset, SelectsInTheOrderNamed) {
    const Dataset set = make({2, 2});
    const std::vector<std::uint64_t> indexes = {3, 0, 3};
    const Dataset some = set.select(indexes);
    EXPECT_EQ(some.images, (std::vector<std::uint8_t>{3, 0, 3}));
    EXPECT_EQ(some.labels, (std::vector<std::uint32_t>{1, 0, 1}));
    const std::vector<std::uint64_t> wrong = {4};
    EXPECT_HAS(test::message_of([&] { set.select(wrong); }, ErrorCode::invalid_argument), "no image 4");
}

TEST(Dataset, AppendsOnlyItsLike) {
    Dataset set = make({2, 2});
    set.append(make({1, 1}));
    EXPECT_EQ(set.labels, (std::vector<std::uint32_t>{0, 1, 0, 1, 0, 1}));
    EXPECT_EQ(set.images.size(), 6u);
    EXPECT_HAS(test::message_of([&] { set.append(make({1, 1, 1})); }, ErrorCode::invalid_argument), "classes");
}

TEST(Dataset, ATreeHasAllClasses) {
    Dataset set = make({1, 1});
    set.parents = {{"group"}};
    EXPECT_HAS(test::message_of([&] { set.check(); }), "its tree has 1 classes, the set has 2");
}

TEST(Dataset, SubsetIsUniform) {
    const Dataset set = make({10});
    std::vector<int> hits(10, 0);
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        for (const auto position : set.subset(3, seed).images) ++hits[position];
    }
    for (const int hit : hits) EXPECT_NEAR(hit, 600, 100);  // 5 standard deviations
}

}  // namespace
}  // namespace hekla::data
