// Augmentation and test-time flips in the Trainer.

#include <gtest/gtest.h>
#include <hekla/nn.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla::tests {
namespace {

const Shape colour_image{8, 8, 3};
const Augmentation everything = parse_augmentation("flip,flip-vertical,crop:2,rotate,scale,translate,brightness,contrast,saturation,noise,cutout:3,mixup");

FitOptions two_epochs(const Augmentation& augmentation, std::uint32_t steps_per_submit = 32) {
    FitOptions fit;
    fit.epochs = 2;
    fit.batch = 16;
    fit.augmentation = augmentation;
    fit.steps_per_submit = steps_per_submit;
    return fit;
}

std::vector<double> losses_of(const FitOptions& fit, std::uint64_t seed = 3, const TrainerOptions& given = {}) {
    Sequential network = small_network();
    TrainerOptions options = given;
    options.seed = seed;
    Trainer trainer(shared_device(), network, options);
    FitOptions chosen = fit;
    std::vector<double> losses;
    chosen.on_step = [&](const StepResult& step) { losses.push_back(step.loss); };
    trainer.fit(derived_dataset(107, colour_image), chosen);
    return losses;
}

TEST(AugmentedTraining, SubmitsDoNotChangeABit) {
    const std::vector<double> first = losses_of(two_epochs(everything, 1));
    EXPECT_EQ(first.size(), 14u);
    EXPECT_EQ(losses_of(two_epochs(everything, 32)), first);
    FitOptions cut = two_epochs(everything);
    cut.submit_ms = 0.05;
    EXPECT_EQ(losses_of(cut), first);
}

TEST(AugmentedTraining, TheSeedDecides) {
    EXPECT_NE(losses_of(two_epochs(everything), 4), losses_of(two_epochs(everything)));
    EXPECT_NE(losses_of(two_epochs({.flip = 0.5f})), losses_of(two_epochs({})));
    EXPECT_EQ(losses_of(two_epochs({.flip = 0})), losses_of(two_epochs({})));
}

/// The same Trainer goes on with another augmentation: a plan of its own.
TEST(AugmentedTraining, ChangesBetweenFits) {
    const auto second_fit = [](const Augmentation& augmentation) {
        Sequential network = small_network();
        Trainer trainer(shared_device(), network);
        const data::Dataset data = derived_dataset(64, colour_image);
        trainer.fit(data, two_epochs({}));
        return trainer.fit(data, two_epochs(augmentation)).epochs.back().loss;
    };
    EXPECT_NE(second_fit({.crop = 2}), second_fit({}));
}

TEST(AugmentedTraining, IsNotOfWhatIsValidatedAndEvaluated) {
    const data::Dataset data = derived_dataset(80, colour_image);
    Sequential network = small_network();
    Trainer trainer(shared_device(), network, {.optimizer = Sgd{.learning_rate = 1e-30f}});
    FitOptions fit = two_epochs({.brightness = 1, .noise = 1});
    fit.validation_split = 0.5f;
    const double validated = *trainer.fit(data, fit).epochs.back().validation_loss;
    const Evaluation evaluated = trainer.evaluate(part_of(data, 40, 40), 16);
    EXPECT_NEAR(validated, evaluated.loss, 1e-6);
    Sequential same = small_network();
    same.build({.image_shape = colour_image, .classes = data.classes}, 0);
    EXPECT_EQ(Trainer(shared_device(), same).evaluate(part_of(data, 40, 40), 16).loss, evaluated.loss);
}

/// With one class in the batch a mixture of labels is that class, and its loss that of integer labels.
TEST(AugmentedTraining, MixedLabelsOfOneClassAreThatClass) {
    data::Dataset data = derived_dataset(16, colour_image);
    std::ranges::fill(data.labels, 4u);
    // Equal pictures: mixing changes nothing.
    for (std::size_t i = data.image_bytes(); i < data.images.size(); ++i) data.images[i] = data.images[i % data.image_bytes()];
    const auto loss = [&](const Augmentation& augmentation) {
        Sequential network{Flatten{}, Dense{10}};
        Trainer trainer(shared_device(), network);
        FitOptions fit = two_epochs(augmentation);
        fit.epochs = 1;
        return trainer.fit(data, fit).epochs[0].loss;
    };
    EXPECT_NEAR(loss({.mixup = 1}), loss({}), 1e-5);
}

/// Half of the batch black with class 0, half white with class 1, and a network that adds up a picture: cross entropy of a
/// mixture lies above the entropy of its shares.
TEST(AugmentedTraining, MixedLabelsHaveTheirEntropy) {
    data::Dataset data = derived_dataset(64, Shape{2, 2, 1});
    for (std::size_t i = 0; i < 64; ++i) {
        data.labels[i] = i % 2;
        for (std::size_t k = 0; k < 4; ++k) data.images[i * 4 + k] = i % 2 ? 255 : 0;
    }
    const auto last_loss = [&](const Augmentation& augmentation) {
        Sequential network{Flatten{}, Dense{10}};
        Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 0.1f}});
        FitOptions fit = two_epochs(augmentation);
        fit.epochs = 40;
        fit.shuffle = false;  // each picture's next one is of the other class
        return trainer.fit(data, fit).epochs.back().loss;
    };
    EXPECT_LT(last_loss({}), 0.05);
    // Of Beta(1, 1) the mean entropy of the shares is 1/2.
    EXPECT_NEAR(last_loss({.mixup = 1}), 0.5, 0.1);
}

TEST(AugmentedTraining, ErrorsNameTheSetting) {
    Sequential network = small_network();
    Trainer hinge(shared_device(), network, {.loss = Hinge{}});
    const data::Dataset data = derived_dataset(16, colour_image);
    EXPECT_NE(error_of(ErrorCode::invalid_argument, [&] { hinge.fit(data, two_epochs({.mixup = 1})); }).find("hinge"), std::string::npos);
    EXPECT_NE(error_of(ErrorCode::invalid_argument, [&] { hinge.fit(data, two_epochs({.flip = 2})); }).find("'flip:2'"), std::string::npos);
}

data::Dataset mirrored(data::Dataset data) {
    const std::uint64_t height = data.image_shape[0], width = data.image_shape[1], channels = data.image_shape[2];
    const std::vector<std::uint8_t> from = data.images;
    for (std::uint64_t line = 0; line < data.size() * height; ++line)
        for (std::uint64_t x = 0; x < width; ++x)
            for (std::uint64_t c = 0; c < channels; ++c)
                data.images[(line * width + x) * channels + c] = from[(line * width + width - 1 - x) * channels + c];
    return data;
}

TEST(TestTimeFlip, IsTheMeanOfBothProbabilities) {
    const data::Dataset data = derived_dataset(37, colour_image);
    Sequential network = small_network();
    Trainer trainer(shared_device(), network);
    trainer.fit(data, two_epochs({}));
    const Evaluation result = trainer.evaluate(data, {.batch = 16, .test_time_flip = true});
    const std::vector<float> one = trainer.predict(data), other = trainer.predict(mirrored(data));
    double loss = 0;
    std::uint64_t correct = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        std::vector<double> mean;
        for (std::size_t c = 0; c < 10; ++c) mean.push_back((double{one[i * 10 + c]} + double{other[i * 10 + c]}) / 2);
        loss -= std::log(mean[data.labels[i]]) / static_cast<double>(data.size());
        correct += std::ranges::max_element(mean) - mean.begin() == static_cast<std::ptrdiff_t>(data.labels[i]);
    }
    EXPECT_EQ(result.count, 37u);
    EXPECT_NEAR(result.loss, loss, 1e-5);
    EXPECT_EQ(result.correct, correct);
    EXPECT_NEAR(trainer.evaluate(mirrored(data), {.batch = 16, .test_time_flip = true}).loss, loss, 1e-5);
    EXPECT_NE(trainer.evaluate(data, 16).loss, result.loss);
}

/// The average of the weights takes the running averages of a normalization along, which would else be those of others.
TEST(AveragedWeights, TakeRunningAveragesAlong) {
    const auto running = [](float decay, std::uint32_t epochs) {
        Sequential network{Conv2d{.filters = 3}, BatchNorm{}, Relu{}, Flatten{}, Dense{10}};
        Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 0.01f}, .update = {.average_decay = decay}});
        FitOptions fit = two_epochs({});
        fit.epochs = epochs;
        fit.batch = 64;  // one step per epoch
        trainer.fit(derived_dataset(64, colour_image), fit);
        for (const ParameterPtr& parameter : network.parameters())
            if (parameter->name().find("mean") != std::string::npos) return parameter->values();
        return std::vector<float>{};
    };
    const std::vector<float> first = running(0, 1), second = running(0, 2), averaged = running(0.75f, 2);
    ASSERT_EQ(first.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(averaged[i], 0.75f * first[i] + 0.25f * second[i], 1e-6);
}

}  // namespace
}  // namespace hekla::tests
