// Augmentation without a device: its text, its ranges, and the statistics of what the reference draws.

#include <gtest/gtest.h>
#include <hekla/augment.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reference/augment.h"
#include "support/expect_error.h"

namespace hekla::tests {
namespace {

TEST(AugmentationText, NamesBringAmountsOfTheirOwn) {
    const Augmentation a = parse_augmentation("flip,crop,rotate:7.5,mixup:1");
    EXPECT_EQ(a, (Augmentation{.flip = 0.5f, .crop = 4, .rotate = 7.5f, .mixup = 1}));
    EXPECT_EQ(to_string(a), "flip:0.5,crop:4,rotate:7.5,mixup:1");
}

TEST(AugmentationText, IsReadBack) {
    const Augmentation all = parse_augmentation("flip,flip-vertical,crop,rotate,scale,translate,brightness,contrast,saturation,noise,cutout,mixup");
    EXPECT_EQ(parse_augmentation(to_string(all)), all);
    EXPECT_EQ(all.cutout, 8u);
    EXPECT_EQ(parse_augmentation("none"), Augmentation{});
    EXPECT_EQ(to_string(Augmentation{}), "none");
    EXPECT_FALSE(is_on(parse_augmentation("flip:0")));
}

TEST(AugmentationText, ErrorsNameTheItem) {
    const auto fails = [](const char* text, const char* part) {
        const std::string error = error_of(ErrorCode::invalid_argument, [&] { parse_augmentation(text); });
        EXPECT_NE(error.find(part), std::string::npos) << error;
    };
    fails("flip,blur:2", "'blur:2': there is no such augmentation; there are: flip, flip-vertical, crop");
    fails("flip:2", "'flip:2': the amount of flip must lie in 0 to 1");
    fails("crop:1.5", "'crop:1.5': the amount of crop is a whole number of pixels");
    fails("crop:-1", "'crop:-1'");
    fails("rotate:", "'rotate:': '' is not a number");
    fails("noise:x", "'noise:x': 'x' is not a number");
    fails("noise:nan", "is not a number");
    fails("flip,flip", "flip is there twice");
    fails("mixup:0.01", "must lie in 0.05 to 2");
    fails("", "'': there is no such augmentation");
    fails("flip,", "'': there is no such augmentation");
    EXPECT_NE(error_of(ErrorCode::invalid_argument, [] { check(Augmentation{.scale = 0.95f}); }).find("'scale:0.95'"), std::string::npos);
}

constexpr std::uint32_t many = 20000;

std::vector<double> column(const std::vector<double>& draws, std::size_t k) {
    std::vector<double> values;
    for (std::size_t at = k; at < draws.size(); at += reference::draws_per_row) values.push_back(draws[at]);
    return values;
}
std::vector<double> draws_of(const Augmentation& a, reference::RandomKey key = {7, 3}) {
    std::vector<double> draws(std::size_t{many} * reference::draws_per_row);
    reference::augmentation_draws(a, {.rows = many, .height = 20, .width = 31, .channels = 3, .black = -1, .white = 1}, key, draws);
    return draws;
}
double mean(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()); }
void expect_uniform(const std::vector<double>& values, double low, double high) {
    const auto [least, most] = std::ranges::minmax(values);
    EXPECT_GE(least, low);
    EXPECT_LE(most, high);
    EXPECT_LT(least, low + 0.01 * (high - low));
    EXPECT_GT(most, high - 0.01 * (high - low));
    EXPECT_NEAR(mean(values), (low + high) / 2, 4 * (high - low) / std::sqrt(12.0 * many));
}

TEST(AugmentationDraws, NothingIsTheIdentity) {
    const std::vector<double> draws = draws_of({});
    for (std::size_t row = 0; row < many; ++row) {
        const double* d = &draws[row * reference::draws_per_row];
        for (std::size_t k : {0, 4, 7, 8, 11}) ASSERT_EQ(d[k], 1);
        for (std::size_t k : {1, 2, 3, 5, 6}) ASSERT_EQ(d[k], 0);
    }
}

TEST(AugmentationDraws, FlipsTheShareThatItShould) {
    const std::vector<double> draws = draws_of({.flip = 0.5f, .flip_vertical = 0.2f});
    const auto flipped = [&](std::size_t k) { return static_cast<double>(std::ranges::count(column(draws, k), -1.0)) / many; };
    EXPECT_NEAR(flipped(0), 0.5, 4 * std::sqrt(0.25 / many));
    EXPECT_NEAR(flipped(4), 0.2, 4 * std::sqrt(0.16 / many));
    // A mirrored row is read from its other end: column 0 from 30.
    EXPECT_EQ(draws[2], draws[0] < 0 ? 30 : 0);
}

TEST(AugmentationDraws, CropShiftsByEachWholeNumberAlike) {
    const std::vector<double> shifts = column(draws_of({.crop = 4}), 2);
    for (int shift = -4; shift <= 4; ++shift)
        EXPECT_NEAR(static_cast<double>(std::ranges::count(shifts, shift)), many / 9.0, 4 * std::sqrt(many / 9.0)) << shift;
    EXPECT_NE(shifts, column(draws_of({.crop = 4}), 5)) << "lines and columns shift alike";
}

TEST(AugmentationDraws, AmountsAreUniformInTheirRanges) {
    const std::vector<double> draws = draws_of({.translate = 0.1f, .brightness = 0.2f, .contrast = 0.3f, .saturation = 0.4f});
    expect_uniform(column(draws, 2), -3.1001, 3.1001);  // of 31 columns
    expect_uniform(column(draws, 5), -2.0001, 2.0001);  // of 20 lines
    expect_uniform(column(draws, 6), -0.4001, 0.4001);  // black to white is 2
    expect_uniform(column(draws, 7), 0.7 - 1e-7, 1.3 + 1e-7);
    expect_uniform(column(draws, 8), 0.6 - 1e-7, 1.4 + 1e-7);
}

TEST(AugmentationDraws, RotationAndScaleGoIntoTheMatrix) {
    const std::vector<double> draws = draws_of({.rotate = 30, .scale = 0.2f});
    std::vector<double> angles, scales;
    for (std::size_t row = 0; row < many; ++row) {
        const double* d = &draws[row * reference::draws_per_row];
        angles.push_back(std::atan2(d[1], d[0]) * 180 / 3.14159265358979);
        scales.push_back(1 / std::hypot(d[0], d[1]));
        // The centre stays where it is.
        ASSERT_NEAR(d[0] * 15 + d[1] * 9.5 + d[2], 15, 1e-9);
        ASSERT_NEAR(d[3] * 15 + d[4] * 9.5 + d[5], 9.5, 1e-9);
    }
    expect_uniform(angles, -30, 30);
    expect_uniform(scales, 0.8 - 1e-7, 1.2 + 1e-7);
}

TEST(AugmentationDraws, SharesOfMixturesAreBetaDistributed) {
    for (float a : {0.05f, 0.2f, 1.0f, 2.0f}) {
        std::vector<double> products;
        for (double share : column(draws_of({.mixup = a}), 11)) {
            ASSERT_GE(share, 0.5);
            ASSERT_LE(share, 1);
            products.push_back(share * (1 - share));
        }
        // E[x (1 - x)] of Beta(a, a); no product is above 1/4.
        EXPECT_NEAR(mean(products), double{a} / (2 * (2 * double{a} + 1)), 4 * 0.125 / std::sqrt(many)) << a;
    }
}

TEST(AugmentationDraws, DependOnSeedCounterAndRow) {
    const Augmentation a{.rotate = 10};
    const std::vector<double> first = draws_of(a);
    EXPECT_EQ(first, draws_of(a));
    EXPECT_NE(first, draws_of(a, {8, 3}));
    EXPECT_NE(first, draws_of(a, {7, 4}));
    std::vector<double> sines = column(first, 1);
    std::ranges::sort(sines);
    // 20,000 numbers of 2^24: a few pairs are equal by chance.
    EXPECT_LT(std::distance(std::ranges::unique(sines).begin(), sines.end()), 40);
}

/// One picture of 5 x 4 pixels with one channel, value = 10 line + column.
std::vector<double> one_picture(const std::vector<double>& draws, const Augmentation& a = {}) {
    std::vector<double> x, y(20);
    for (int i = 0; i < 20; ++i) x.push_back(i / 5 * 10 + i % 5);
    reference::augment(a, {.rows = 1, .height = 4, .width = 5, .channels = 1, .black = 0, .white = 255}, {}, 1, x, draws, y);
    return y;
}

TEST(AugmentReference, SamplesWhereTheMatrixSays) {
    const std::vector<double> same = one_picture({1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1});
    EXPECT_EQ(same[7], 12);
    EXPECT_EQ(one_picture({-1, 0, 4, 0, 1, 0, 0, 1, 1, 0, 0, 1})[0], 4);    // mirrored
    EXPECT_EQ(one_picture({1, 0, 1, 0, 1, -1, 0, 1, 1, 0, 0, 1})[5], 1);    // from one to the right and one above
    EXPECT_EQ(one_picture({1, 0, 1, 0, 1, -1, 0, 1, 1, 0, 0, 1})[0], 0);    // beyond the border: black
    EXPECT_EQ(one_picture({1, 0, 0.5, 0, 1, 0.25, 0, 1, 1, 0, 0, 1})[0], 3);  // between four pixels: .75 * .5 + .25 * 10.5
    EXPECT_EQ(one_picture({0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1})[1], 10);    // lines for columns
}

TEST(AugmentReference, CutoutIsASquareOfMiddleGrey) {
    const std::vector<double> cut = one_picture({1, 0, 0, 0, 1, 0, 0, 1, 1, 3, -1, 1}, {.cutout = 3});
    EXPECT_EQ(std::ranges::count(cut, 127.5), 4);  // columns 3 and 4 of lines 0 and 1: the rest lies outside
    EXPECT_EQ(cut[8], 127.5);
    EXPECT_EQ(cut[2], 2);
}

}  // namespace
}  // namespace hekla::tests
