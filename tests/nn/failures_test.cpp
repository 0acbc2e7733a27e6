// What fit does when it cannot: data that does not fit, memory, losses that are not finite.

#include <gmock/gmock.h>

#include <cmath>

#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;
using tests::small_network;
using tests::values_of;

FitOptions plain(std::uint32_t epochs, std::uint32_t batch) {
    return {.epochs = epochs, .batch = batch, .submit_ms = 0};
}

TEST(Failures, DataThatDoesNotFitIsAnError) {
    Sequential network = small_network();
    network.build({small_image, 1 / 255.0f, 0, {}});
    Trainer trainer(shared_device(), network);
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.fit(derived_dataset(4, Shape{9, 8, 1})); }),
                AllOf(HasSubstr("8x8x1"), HasSubstr("9x8x1")));
    data::Dataset data = derived_dataset(4, small_image);
    data.labels[2] = 10;
    data.classes.push_back("eleventh");
    for (const bool fit : {true, false})
        EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { fit ? (void)trainer.fit(data) : (void)trainer.evaluate(data); }),
                    AllOf(HasSubstr("label 10"), HasSubstr("10 outputs")));
    data = derived_dataset(4, small_image);
    data.labels.pop_back();
    error_of(ErrorCode::invalid_file, [&] { trainer.fit(data); });
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.fit(derived_dataset(0, small_image)); }), HasSubstr("empty"));
}

TEST(Failures, OptionsOutOfRangeAreErrors) {
    Sequential network = small_network();
    Trainer trainer(shared_device(), network);
    const data::Dataset data = derived_dataset(4, small_image);
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.fit(data, plain(1, 0)); }), HasSubstr("batch"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.evaluate(data, 0); }), HasSubstr("batch"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.predict(data, 0); }), HasSubstr("batch"));
    for (const float split : {1.0f, -0.1f, std::nanf("")}) {
        FitOptions fit = plain(1, 4);
        fit.validation_split = split;
        EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.fit(data, fit); }), HasSubstr("validation split"));
    }
    EXPECT_EQ(trainer.fit(data, plain(1, 4)).steps, 1u) << "not usable after an Error";
    EXPECT_EQ(trainer.fit(data, plain(0, 4)).steps, 0u);
}

TEST(Failures, ANetworkWithoutLogitsIsAnError) {
    Sequential network{Conv2d{.filters = 2}};
    Trainer trainer(shared_device(), network);
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { trainer.fit(derived_dataset(4, small_image)); }), HasSubstr("row of logits"));
}

TEST(Failures, ATooLargeBatchNamesTheLargestThatFits) {
    DeviceSettings settings;
    settings.caps = "minimum";  // a binding holds 2^27 bytes
    settings.disk_cache = false;
    Device device(settings);
    Sequential network{Conv2d{.filters = 32}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}};
    Trainer trainer(device, network);
    // A convolution's output has 26 x 26 x 32 x 4 = 86,528 bytes an image.
    const data::Dataset data = derived_dataset(10, Shape{28, 28, 1});
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { trainer.fit(data, plain(1, 5000)); }),
                AllOf(HasSubstr("432640000 bytes"), HasSubstr("134217728"), HasSubstr("the largest batch that fits is 1551")));
    EXPECT_EQ(trainer.fit(data, plain(1, 8)).steps, 2u) << "not usable after an Error";
}

// Losses that are not finite ----------------------------------------------------------------------------

void expect_finite(const Network& network) {
    for (const auto& values : values_of(network))
        for (float value : values) ASSERT_TRUE(std::isfinite(value));
}

TEST(Failures, ANonFiniteLossNamesStepAndPlace) {
    const data::Dataset data = derived_dataset(64, small_image);
    Sequential network = small_network();
    network.build({small_image, 1 / 255.0f, 0, {}}, 2);
    const auto before = values_of(network);
    Trainer trainer(shared_device(), network, {.optimizer = Sgd{.learning_rate = 1e38f}});
    std::vector<StepResult> steps;
    FitOptions fit = plain(1, 8);
    fit.steps_per_submit = 3;
    fit.on_step = [&](const StepResult& step) { steps.push_back(step); };
    const std::string message = error_of(ErrorCode::non_finite, [&] { trainer.fit(data, fit); });
    ASSERT_FALSE(steps.empty());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(steps[i].step, i);
        EXPECT_EQ(std::isfinite(steps[i].loss), i + 1 < steps.size()) << "the failing step is the last that is told";
    }
    EXPECT_THAT(message, AllOf(HasSubstr("at step " + std::to_string(steps.back().step)), HasSubstr("epoch 1"), testing::ContainsRegex("(conv2d|dense)_[12]")));
    EXPECT_TRUE(values_of(network) == before);
    EXPECT_TRUE(std::isfinite(trainer.evaluate(data).loss)) << "not usable after an Error";
    const std::string again = error_of(ErrorCode::non_finite, [&] { trainer.fit(data, fit); });
    EXPECT_THAT(again, HasSubstr("at step"));
    EXPECT_TRUE(values_of(network) == before);
}

TEST(Failures, ANonFiniteLossKeepsTheLastGoodEpoch) {
    const data::Dataset data = derived_dataset(16, small_image);
    Sequential network{Flatten{}, Dense{8}, Dense{10}};
    // Grows by a large factor per epoch, so that some epochs are finished before it overflows.
    Trainer trainer(shared_device(), network, {.optimizer = Sgd{.learning_rate = 100.0f}});
    std::vector<std::vector<float>> last;
    std::uint32_t epochs = 0;
    FitOptions fit = plain(1000, 16);
    fit.on_epoch = [&](const EpochResult& epoch) {
        EXPECT_TRUE(std::isfinite(epoch.loss));
        epochs = epoch.epoch;
        last = values_of(network);
    };
    const std::string message = error_of(ErrorCode::non_finite, [&] { trainer.fit(data, fit); });
    EXPECT_GE(epochs, 1u);
    EXPECT_THAT(message, HasSubstr("epoch " + std::to_string(epochs + 1)));
    expect_finite(network);
    EXPECT_TRUE(values_of(network) == last);
    EXPECT_EQ(trainer.evaluate(data).count, 16u) << "not usable after an Error";
}

TEST(Failures, AdamGoesOnAfterANonFiniteLoss) {
    data::Dataset data = derived_dataset(64, small_image);
    Sequential network = small_network();
    network.build({small_image, 1 / 255.0f, 0, {}}, 2);
    Trainer trainer(shared_device(), network);
    trainer.fit(data, plain(2, 8));
    const auto good = values_of(network);
    // A weight that overflows the first product: every loss is infinite or NaN from the first step on.
    auto poisoned = good;
    poisoned[0][0] = INFINITY;
    network.parameters()[0]->set_values(poisoned[0]);
    EXPECT_THAT(error_of(ErrorCode::non_finite, [&] { trainer.fit(data, plain(1, 8)); }), HasSubstr("conv2d_1.weight"));
    network.parameters()[0]->set_values(good[0]);
    const double before = trainer.evaluate(data).loss;
    trainer.fit(data, plain(10, 8));
    expect_finite(network);
    EXPECT_LT(trainer.evaluate(data).loss, before);
}

}  // namespace
}  // namespace hekla
