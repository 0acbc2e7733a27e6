#include <gtest/gtest.h>
#include <hekla/augment.h>

#include <cmath>

#include "support/derived.h"
#include "support/device_run.h"
#include "support/expect_error.h"
#include "support/op_case.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla::tests {
namespace {

StepState batch_state(std::uint32_t rows, std::uint32_t live, std::uint32_t counter = 5) {
    StepState state;
    state.seed = 42;
    state.random_counter = counter;
    state.batch = rows;
    state.live_rows = live;
    return state;
}

std::vector<OpCase> augment_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& x, const char* amounts, std::uint32_t live, double tolerance = 1e-5) {
        OpCase test{.name = to_string(x) + " " + amounts, .inputs = {fixed_input(x, -1, 1)}, .build = {}};
        test.build = [=](Graph& graph, std::span<const Tensor> in) {
            return augment(in[0], parse_augmentation(amounts), graph.step_state(), 3, 2 / 255.0f, -1);
        };
        test.state = batch_state(static_cast<std::uint32_t>(x[0]), live);
        test.value_tolerance = tolerance;
        if (tolerance > 1e-5) test.why = "positions are rounded to parts of a pixel";
        cases.push_back(test);
    };
    add({1, 1, 1, 1}, "flip,crop:1", 1);
    add({5, 7, 6, 1}, "flip,flip-vertical,crop:2", 5);
    add({7, 9, 5, 2}, "flip:1,noise", 4);
    add({4, 32, 32, 3}, "flip,crop", 4);
    add({4, 17, 23, 3}, "rotate:180", 4, 1e-4);
    add({4, 17, 23, 4}, "scale:0.9", 3, 1e-4);
    add({4, 17, 23, 3}, "translate:0.5", 4, 1e-4);
    add({5, 6, 7, 3}, "brightness:1", 5);
    add({5, 6, 7, 3}, "contrast:1", 5);
    add({5, 6, 7, 4}, "saturation:1", 5);
    add({5, 6, 7, 3}, "noise:1", 5);
    add({5, 16, 12, 3}, "cutout:7", 5);
    add({5, 6, 7, 3}, "mixup:1", 5);
    add({5, 6, 7, 3}, "mixup:0.05", 1);
    add({9, 33, 31, 3}, "flip,flip-vertical,crop,rotate,scale,translate,brightness,contrast,saturation,noise,cutout,mixup", 7, 1e-4);
    add({64, 32, 32, 3}, "flip,crop,rotate,cutout", 64, 1e-4);
    return cases;
}

HEKLA_OP_CASES(Augment, augment_cases());

/// Random pictures of two rows at a time, augmented with these amounts.
Values augmented(const Augmentation& amounts, const Values& x, const Shape& shape, std::uint32_t counter = 5) {
    Graph graph;
    const Tensor images = graph.input("x", {shape, DType::f32});
    const Tensor y = augment(images, amounts, graph.step_state(), 3, 1, 0);
    const auto rows = static_cast<std::uint32_t>(shape[0]);
    return run_on_device(graph, {{images.id(), x}, {graph.step_state().id(), words_of(batch_state(rows, rows, counter))}}, {y})[0];
}
Values bytes_of(const Shape& shape) {
    Values values;
    for (std::uint8_t byte : derived_images(0, 1, static_cast<std::uint32_t>(shape.elements()))) values.push_back(byte);
    return values;
}

TEST(AugmentOnDevice, FlipsMoveWholePixels) {
    const Shape shape{3, 5, 6, 3};
    const Values x = bytes_of(shape), mirrored = augmented({.flip = 1}, x, shape), upside_down = augmented({.flip_vertical = 1}, x, shape);
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t line = 0; line < 5; ++line)
            for (std::size_t column = 0; column < 6; ++column)
                for (std::size_t c = 0; c < 3; ++c) {
                    const auto at = [&](std::size_t l, std::size_t k) { return ((row * 5 + l) * 6 + k) * 3 + c; };
                    ASSERT_EQ(mirrored[at(line, column)], x[at(line, 5 - column)]);
                    ASSERT_EQ(upside_down[at(line, column)], x[at(4 - line, column)]);
                }
}

/// What is drawn as nothing changes nothing, not even by rounding, however it is sampled.
TEST(AugmentOnDevice, AmountsThatDrawNothingChangeNoBit) {
    const Shape shape{4, 6, 7, 3};
    const Values x = bytes_of(shape);
    EXPECT_EQ(augmented({.rotate = 1e-30f, .translate = 1e-30f}, x, shape), x);
    EXPECT_EQ(augmented({.brightness = 1e-30f, .contrast = 1e-30f, .saturation = 1e-30f}, x, shape), x);
    Graph graph;
    const Tensor images = graph.input("x", {shape, DType::f32});
    EXPECT_EQ(augment(images, {}, graph.step_state()), images);
}

TEST(AugmentOnDevice, CropsMoveWholePixels) {
    const Shape shape{2, 8, 8, 1};
    const Values x = bytes_of(shape), y = augmented({.flip = 0.5f, .crop = 3}, x, shape);
    EXPECT_NE(x, y);
    for (double value : y) EXPECT_EQ(value, std::round(value));
}

TEST(AugmentOnDevice, NoiseHasItsDeviation) {
    const Shape shape{16, 32, 32, 3};
    const Values x(shape.elements(), 127.5), y = augmented({.noise = 0.1f}, x, shape);
    double sum = 0, squares = 0;
    for (double value : y) {
        sum += value - 127.5;
        squares += (value - 127.5) * (value - 127.5);
    }
    const auto count = static_cast<double>(y.size());
    EXPECT_NEAR(sum / count, 0, 4 * 25.5 / std::sqrt(count));
    EXPECT_NEAR(std::sqrt(squares / count), 25.5, 0.01 * 25.5);
    EXPECT_NE(y, augmented({.noise = 0.1f}, x, shape, 6));
}

TEST(AugmentOnDevice, ColoursStayBetweenBlackAndWhite) {
    const Shape shape{8, 9, 9, 3};
    for (double value : augmented({.brightness = 1, .contrast = 1, .saturation = 1, .noise = 1}, bytes_of(shape), shape)) {
        EXPECT_GE(value, 0);
        EXPECT_LE(value, 255);
    }
}

TEST(AugmentOnDevice, SamplesAreThoseOfTheSeed) {
    const data::Dataset data = derived_dataset(12, Shape{8, 8, 3});
    const Augmentation amounts{.flip = 0.5f, .rotate = 20};
    const data::Dataset first = augmented_samples(shared_device(), data, amounts, 1);
    EXPECT_NE(first.images, data.images);
    EXPECT_EQ(first.images, augmented_samples(shared_device(), data, amounts, 1).images);
    EXPECT_NE(first.images, augmented_samples(shared_device(), data, amounts, 2).images);
    EXPECT_EQ(data.images, augmented_samples(shared_device(), data, {}, 1).images);
    EXPECT_EQ(first.labels, data.labels);
}

TEST(AugmentErrors, NameWhatDoesNotFit) {
    const auto fails = [](const Shape& shape, const Augmentation& amounts, const char* part) {
        Graph graph;
        const Tensor x = graph.input("x", {shape, DType::f32});
        const std::string error = error_of(ErrorCode::invalid_argument, [&] { augment(x, amounts, graph.step_state()); });
        EXPECT_NE(error.find(part), std::string::npos) << error;
    };
    fails({2, 4, 4, 5}, {.flip = 1}, "1 to 4 channels and are 2x4x4x5");
    fails({2, 16}, {.flip = 1}, "must be N x H x W x C");
    fails({2, 4, 4, 1}, {.saturation = 0.5f}, "have no colours");
    fails({2, 4, 4, 3}, {.flip = 1.5f}, "'flip:1.5'");
}

}  // namespace
}  // namespace hekla::tests
