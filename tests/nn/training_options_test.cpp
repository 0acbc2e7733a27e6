// What a training may be told: optimizers, losses, schedules, averages, early stopping; and what evaluation counts.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <algorithm>
#include <cmath>

#include "nn/monitor.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::shared_device;
using tests::small_image;
using tests::small_network;
using tests::values_of;
using Values = std::vector<std::vector<float>>;

FitOptions plain(std::uint32_t epochs, std::uint32_t batch) { return {.epochs = epochs, .batch = batch, .submit_ms = 0}; }

const data::Dataset& hundred() {
    static const data::Dataset data = derived_dataset(100, small_image);
    return data;
}

Values trained(const TrainerOptions& options, const FitOptions& fit, History* history = nullptr) {
    Sequential network{Conv2d{.filters = 4}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}};
    Trainer trainer(shared_device(), network, options);
    const History result = trainer.fit(hundred(), fit);
    if (history) *history = result;
    return values_of(network);
}

double largest_difference(const Values& a, const Values& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a[i].size(); ++j) largest = std::max(largest, std::fabs(double{a[i][j]} - double{b[i][j]}));
    return largest;
}

TEST(TrainingOptions, EveryOptimizerAndLossLearnsAndRepeatsItself) {
    struct Choice {
        Optimizer optimizer;
        Loss loss;
    };
    const Choice choices[] = {{Sgd{.learning_rate = 0.5f}, CrossEntropy{.label_smoothing = 0.1f}},
                              {Sgd{.learning_rate = 0.05f, .momentum = 0.9f, .nesterov = true}, MeanSquaredError{}},
                              {AdaGrad{.learning_rate = 0.05f}, BinaryCrossEntropy{}},
                              {RmsProp{.learning_rate = 2e-3f}, Hinge{}},
                              {AdamW{.learning_rate = 3e-3f}, KlDivergence{}},
                              {Lion{.learning_rate = 1e-3f}, Huber{.delta = 0.5f}},
                              {Adam{.learning_rate = 3e-3f}, MeanAbsoluteError{}},
                              {Adam{.learning_rate = 3e-3f}, CosineDistance{}}};
    for (const Choice& choice : choices) {
        SCOPED_TRACE(std::string(name(choice.optimizer)) + ", loss " + std::to_string(choice.loss.index()));
        const TrainerOptions options{.loss = choice.loss, .optimizer = choice.optimizer, .seed = 4};
        FitOptions fit = plain(6, 16);
        History history;
        const Values first = trained(options, fit, &history);
        EXPECT_LT(history.epochs.back().loss, 0.97 * history.epochs.front().loss);
        fit.steps_per_submit = 1;
        EXPECT_TRUE(trained(options, fit) == first);
    }
}

TEST(TrainingOptions, AccumulatedBatchesAreOneLargerBatch) {
    const TrainerOptions one{.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 4};
    TrainerOptions four = one;
    four.update.accumulate = 4;
    // 100 samples: three batches of 32 and one of 4; or twelve of 8 and one of 4.
    const Values large = trained(one, plain(2, 32)), small = trained(four, plain(2, 8));
    EXPECT_LT(largest_difference(large, small), 2e-4);
    EXPECT_GT(largest_difference(large, trained(one, plain(2, 8))), 1e-2);
}

TEST(TrainingOptions, ClassWeightsLeaveOutAClass) {
    Sequential network = small_network();
    std::vector<float> weights(10, 1.0f);
    weights[3] = 0;
    Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 1e-2f}, .class_weights = weights});
    trainer.fit(hundred(), plain(40, 20));
    const auto scores = trainer.evaluate(hundred()).counts.per_class();
    EXPECT_LT(scores[3].recall, 0.2);
    double others = 0;
    for (std::size_t c = 0; c < 10; ++c) others += c == 3 ? 0 : scores[c].recall / 9;
    EXPECT_GT(others, 0.6);
    Trainer wrong(shared_device(), network, {.class_weights = {1, 2}});
    EXPECT_THROW(wrong.fit(hundred(), plain(1, 20)), Error);
}

TEST(TrainingOptions, TheScheduleReachesItsEnd) {
    TrainerOptions options{.optimizer = Sgd{.learning_rate = 0.1f}, .schedule = {.kind = Schedule::Kind::cosine, .warmup = 3, .last = 0.1f}};
    History history;
    const FitOptions fit = plain(4, 10);
    const Values first = trained(options, fit, &history);
    ASSERT_EQ(history.epochs.size(), 4u);
    EXPECT_NEAR(history.epochs[0].learning_rate, 0.1 / 3, 1e-7);
    for (std::size_t i = 1; i < 4; ++i) {
        const double x = (10.0 * static_cast<double>(i) - 3) / 37;
        EXPECT_NEAR(history.epochs[i].learning_rate, 0.1 * (0.1 + 0.45 * (1 + std::cos(3.14159265358979 * x))), 1e-7);
    }
    FitOptions cut = fit;
    cut.submit_ms = 0.05;
    EXPECT_TRUE(trained(options, cut) == first);
    options.schedule.warmup = 40;
    EXPECT_THROW(trained(options, fit), Error);
}

TEST(TrainingOptions, AveragedWeightsTakeThePlaceOfTheLast) {
    TrainerOptions options{.optimizer = Sgd{.learning_rate = 0.1f}, .seed = 1};
    FitOptions fit = plain(3, 10);
    fit.validation_split = 0.2f;
    const Values last = trained(options, fit);
    options.update.average_decay = 1e-6f;  // nearly the newest ones
    EXPECT_LT(largest_difference(trained(options, fit), last), 1e-5);
    options.update.average_decay = 0.9f;
    History history;
    const Values averaged = trained(options, fit, &history);
    EXPECT_GT(largest_difference(averaged, last), 1e-4);
    // Validation saw the averages: the network that fit left gives the same loss.
    Sequential network{Conv2d{.filters = 4}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}};
    network.build({small_image, 1 / 255.0f, 0, {}});
    for (std::size_t i = 0; i < averaged.size(); ++i) network.parameters()[i]->set_values(averaged[i]);
    Trainer trainer(shared_device(), network);
    EXPECT_NEAR(trainer.evaluate(tests::part_of(hundred(), 80, 20), 10).loss, *history.epochs.back().validation_loss, 1e-6);
}

TEST(TrainingOptions, ConstraintsHold) {
    TrainerOptions options{.optimizer = Sgd{.learning_rate = 0.5f}};
    options.update.weight_range = UpdateOptions::Range{-0.125f, 0.25f};
    for (const auto& parameter : trained(options, plain(1, 10)))
        for (float weight : parameter) EXPECT_TRUE(weight >= -0.125f && weight <= 0.25f);
    options.update = {.max_norm = 0.75f};
    const Values weights = trained(options, plain(1, 10));
    for (std::size_t unit = 0; unit < 10; ++unit) {
        double sum = 0;
        for (std::size_t i = unit; i < weights[2].size(); i += 10) sum += double{weights[2][i]} * double{weights[2][i]};
        EXPECT_LE(std::sqrt(sum), 0.75 + 1e-5);
    }
}

TEST(TrainingOptions, EarlyStoppingRestoresTheBestEpoch) {
    Sequential network = small_network();
    Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 2e-2f}, .seed = 2});
    FitOptions fit = plain(60, 10);
    fit.validation_split = 0.4f;
    fit.early_stopping = 4;
    Values at_best;
    double best = 1e9;
    fit.on_epoch = [&](const EpochResult& epoch) {
        if (*epoch.validation_loss >= best) return;
        best = *epoch.validation_loss;
        at_best = values_of(network);
    };
    const History history = trainer.fit(hundred(), fit);
    ASSERT_TRUE(history.stopped_early);
    EXPECT_FALSE(history.stopped);
    EXPECT_EQ(history.epochs.size(), history.best_epoch + 4);
    EXPECT_EQ(*history.epochs[history.best_epoch - 1].validation_loss, best);
    EXPECT_TRUE(values_of(network) == at_best);
    EXPECT_EQ(history.objects_after_first_epoch, 0u);
}

TEST(TrainingOptions, ThePlateauLowersTheRate) {
    TrainerOptions options{.optimizer = Sgd{.learning_rate = 1e-12f}};  // learns nothing
    FitOptions fit = plain(6, 50);
    fit.reduce_on_plateau = FitOptions::Plateau{.patience = 1, .factor = 0.5f};
    History history;
    trained(options, fit, &history);
    std::vector<double> rates;
    for (const EpochResult& epoch : history.epochs) rates.push_back(epoch.learning_rate * 1e12);
    const double expected[] = {1, 1, 1, 0.5, 0.5, 0.25};
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(rates[i], expected[i], 1e-6) << i;
    fit.reduce_on_plateau->factor = 1;
    EXPECT_THROW(trained(options, fit), Error);
}

TEST(Monitor, DecidesAsDocumented) {
    nn::Monitor monitor(2, FitOptions::Plateau{.patience = 1, .factor = 0.5f});
    const double losses[] = {3, 2, 1.99995, 2.5, 1, 4, NAN};
    const float factors[] = {1, 1, 1, 0.5f, 1, 1, 0.5f};  // 1.99995 is a new best, but less than 1e-4 better
    const bool stops[] = {false, false, false, false, false, false, true};
    for (std::size_t i = 0; i < 7; ++i) {
        monitor.epoch(losses[i]);
        EXPECT_EQ(monitor.rate_factor(), factors[i]) << i;
        EXPECT_EQ(monitor.stops(), stops[i]) << i;
    }
    EXPECT_EQ(monitor.best_epoch(), 5u);
}

}  // namespace
}  // namespace hekla
