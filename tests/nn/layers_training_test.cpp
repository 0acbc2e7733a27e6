// Layers with a memory or with statistics inside the replayed step: partial batches, K steps per submit, evaluation.

#include <gtest/gtest.h>
#include <hekla/nn.h>

#include <cmath>

#include "support/many_layers.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::many_layers;
using tests::part_of;
using tests::shared_device;
using tests::small_image;
using tests::values_of;

std::vector<std::vector<float>> trained(const Network& net, const data::Dataset& data, const FitOptions& fit, History* history = nullptr,
                                        const Optimizer& optimizer = Adam{.learning_rate = 5e-3f}) {
    Trainer trainer(shared_device(), net, {.optimizer = optimizer, .seed = 4});
    const History result = trainer.fit(data, fit);
    if (history) *history = result;
    return values_of(net);
}

TEST(LayersInTraining, KeepEveryBitHoweverTheStepsAreSubmitted) {
    const data::Dataset data = derived_dataset(60, small_image);
    FitOptions fit{.epochs = 4, .batch = 16, .steps_per_submit = 1, .submit_ms = 0};
    History history;
    const auto first = trained(many_layers(), data, fit, &history);
    EXPECT_LT(history.epochs.back().loss, 0.9 * history.epochs.front().loss);
    fit.steps_per_submit = 32;
    EXPECT_TRUE(trained(many_layers(), data, fit) == first);
    fit.submit_ms = 0.05;
    EXPECT_TRUE(trained(many_layers(), data, fit) == first) << "cut dispatches";
}

Network normalized() {
    return Sequential{Conv2d{.filters = 4}, BatchNorm{}, Relu{}, Flatten{}, Dense{6}, BatchNorm{}, Relu{}, Dense{10}};
}

/// Four samples in a batch of sixteen give what four in a batch of four give.
TEST(LayersInTraining, RowsThatAreNoSamplesHaveNoPartInStatistics) {
    const data::Dataset data = derived_dataset(4, small_image);
    const Network whole = normalized(), partial = normalized();
    const Sgd descent{.learning_rate = 0.05f};  // Adam would make steps of gradients that are nought but rounding
    const auto expected = trained(whole, data, {.epochs = 3, .batch = 4, .shuffle = false}, nullptr, descent);
    const auto actual = trained(partial, data, {.epochs = 3, .batch = 16, .shuffle = false}, nullptr, descent);
    for (std::size_t i = 0; i < expected.size(); ++i)
        for (std::size_t e = 0; e < expected[i].size(); ++e)
            ASSERT_NEAR(actual[i][e], expected[i][e], 2e-3 * (0.1 + std::fabs(expected[i][e]))) << whole.parameters()[i]->name() << " " << e;
}

TEST(LayersInTraining, RunningAveragesReachTheDataAndServeEvaluation) {
    const data::Dataset data = derived_dataset(64, small_image);
    const Network net = normalized();
    Trainer trainer(shared_device(), net, {.optimizer = Sgd{.learning_rate = 1e-6f}});
    trainer.fit(data, {.epochs = 60, .batch = 64, .shuffle = false});
    const Evaluation by_averages = trainer.evaluate(data, 64);
    // In batches of another size the averages are the same: each image has its own answer.
    const Evaluation one_by_one = trainer.evaluate(data, 5);
    EXPECT_NEAR(by_averages.loss, one_by_one.loss, 1e-5);
    // Of the one batch that there is, averages and statistics agree (but for the unbiased variance): the same loss as in training.
    double training_loss = 0;
    FitOptions one{.epochs = 1, .batch = 64, .shuffle = false};
    one.on_step = [&](const StepResult& step) { training_loss = step.loss; };
    trainer.fit(data, one);
    EXPECT_NEAR(by_averages.loss, training_loss, 0.02 * training_loss);
    for (float variance : net.parameter("batch_norm_1.running_variance")->values()) EXPECT_GT(variance, 0);
    EXPECT_FALSE(net.parameter("batch_norm_1.running_mean")->trainable());
}

TEST(LayersInTraining, AFrozenBatchNormMovesNothing) {
    Network net = normalized();
    net.build({small_image, 1.0f / 255, 0, {}}, 1);
    net.set_trainable("batch_norm_1", false);
    const auto before = values_of(net);
    const auto after = trained(net, derived_dataset(32, small_image), {.epochs = 2, .batch = 16});
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(after[i] == before[i], net.parameters()[i]->name().starts_with("batch_norm_1.")) << net.parameters()[i]->name();
}

}  // namespace
}  // namespace hekla
