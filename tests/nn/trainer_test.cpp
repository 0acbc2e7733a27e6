// fit: what depends on the seed and what does not, partial batches, validation, going on.

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "nn/step_plan.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::part_of;
using tests::shared_device;
using tests::small_image;
using tests::small_network;
using tests::values_of;
using Values = std::vector<std::vector<float>>;

FitOptions plain(std::uint32_t epochs, std::uint32_t batch) {
    return {.epochs = epochs, .batch = batch, .submit_ms = 0};
}

/// Parameters after a training with dropout and shuffling.
Values trained(const FitOptions& fit, std::uint64_t seed = 3, History* history = nullptr) {
    static const data::Dataset data = derived_dataset(100, small_image);
    Sequential network = small_network();
    Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = seed});
    const History result = trainer.fit(data, fit);
    if (history) *history = result;
    return values_of(network);
}

TEST(Trainer, TheSeedDecidesEverything) {
    const FitOptions fit = plain(3, 16);
    const Values first = trained(fit);
    EXPECT_TRUE(trained(fit) == first);
    EXPECT_FALSE(trained(fit, 4) == first);
    EXPECT_FALSE(trained(fit, 3 + (1ull << 32)) == first);
}

TEST(Trainer, SubmitsDoNotChangeABit) {
    FitOptions fit = plain(3, 16);
    fit.steps_per_submit = 1;
    const Values first = trained(fit);
    fit.steps_per_submit = 32;
    EXPECT_TRUE(trained(fit) == first);
    fit.submit_ms = 0.05;
    std::vector<std::string> log;
    fit.on_log = [&](const std::string& line) { log.push_back(line); };
    History history;
    EXPECT_TRUE(trained(fit, 3, &history) == first);
    EXPECT_GT(history.cut_steps, 0u);
    ASSERT_FALSE(log.empty());
    EXPECT_NE(log.back().find(std::to_string(history.cut_steps) + " of 21 steps were cut"), std::string::npos) << log.back();
}

TEST(Trainer, ShufflesAnewEveryEpochAndOnlyIfAsked) {
    FitOptions fit = plain(2, 16);
    const Values shuffled = trained(fit);
    fit.shuffle = false;
    EXPECT_FALSE(trained(fit) == shuffled);
}

TEST(Trainer, EverySampleIsUsedOncePerEpoch) {
    Sequential network = small_network();
    Trainer trainer(shared_device(), network);
    FitOptions fit = plain(3, 16);
    std::vector<StepResult> steps;
    std::vector<EpochResult> epochs;
    Progress last;
    fit.on_step = [&](const StepResult& step) { steps.push_back(step); };
    fit.on_epoch = [&](const EpochResult& epoch) { epochs.push_back(epoch); };
    fit.on_progress = [&](const Progress& progress) { last = progress; };
    const History history = trainer.fit(derived_dataset(100, small_image), fit);
    ASSERT_EQ(steps.size(), 21u);
    double loss = 0;
    std::uint32_t correct = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(steps[i].step, i);
        EXPECT_EQ(steps[i].samples, i % 7 == 6 ? 4u : 16u);
        EXPECT_LE(steps[i].correct, steps[i].samples);
        if (i < 14) continue;
        loss += steps[i].loss * steps[i].samples;
        correct += steps[i].correct;
    }
    ASSERT_EQ(epochs.size(), 3u);
    EXPECT_EQ(epochs[2].epoch, 3u);
    EXPECT_EQ(epochs[2].steps, 7u);
    EXPECT_NEAR(epochs[2].loss, loss / 100, 1e-9);
    EXPECT_NEAR(epochs[2].accuracy, correct / 100.0, 1e-9);
    EXPECT_FALSE(epochs[2].validation_loss.has_value());
    EXPECT_EQ(last.done, 100u);
    EXPECT_EQ(last.samples, 100u);
    EXPECT_EQ(last.epoch, 3u);
    EXPECT_EQ(history.steps, 21u);
    EXPECT_EQ(history.epochs.size(), 3u);
    EXPECT_FALSE(history.stopped);
    EXPECT_EQ(history.objects_after_first_epoch, 0u);
}

void expect_counts(std::uint32_t samples, std::uint32_t batch) {
    const data::Dataset data = derived_dataset(samples, Shape{2, 2, 1});
    Sequential network{Flatten{}, Dense{10}};
    Trainer trainer(shared_device(), network);
    std::uint64_t sum = 0, steps = 0;
    FitOptions fit = plain(1, batch);
    fit.on_step = [&](const StepResult& step) {
        sum += step.samples;
        ++steps;
    };
    trainer.fit(data, fit);
    EXPECT_EQ(sum, samples);
    EXPECT_EQ(steps, (samples + batch - 1) / batch);
    EXPECT_EQ(trainer.evaluate(data, batch).count, samples);
}
TEST(Trainer, CountsAllOf54000InBatchesOf32) { expect_counts(54000, 32); }
TEST(Trainer, CountsAllOf50000InBatchesOf128) { expect_counts(50000, 128); }

TEST(Trainer, APartialBatchIsABatchOfThatSize) {
    const data::Dataset data = derived_dataset(5, small_image);
    Values after[2];
    double losses[2] = {};
    for (const bool partial : {false, true}) {
        Sequential network{Conv2d{.filters = 4}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}};
        Trainer trainer(shared_device(), network, {.optimizer = Sgd{.learning_rate = 0.5f}});
        FitOptions fit = plain(1, partial ? 8 : 5);
        fit.on_step = [&](const StepResult& step) {
            EXPECT_EQ(step.samples, 5u);
            losses[partial] = step.loss;
        };
        trainer.fit(data, fit);
        after[partial] = values_of(network);
    }
    EXPECT_NEAR(losses[0], losses[1], 1e-6);
    for (std::size_t i = 0; i < after[0].size(); ++i)
        for (std::size_t j = 0; j < after[0][i].size(); ++j) ASSERT_NEAR(after[0][i][j], after[1][i][j], 1e-5) << i << ", " << j;
}

TEST(Trainer, FitTwiceGoesOn) {
    const data::Dataset data = derived_dataset(60, small_image);
    Sequential once = small_network(), twice = small_network();
    Trainer first(shared_device(), once), second(shared_device(), twice);
    first.fit(data, plain(2, 16));
    second.fit(data, plain(1, 16));
    std::uint64_t step = 0;
    FitOptions fit = plain(1, 16);
    fit.on_step = [&](const StepResult& result) { step = result.step; };
    second.fit(data, fit);
    EXPECT_EQ(step, 7u);
    EXPECT_TRUE(values_of(once) == values_of(twice)) << "the moments, the counters or the shuffle began anew";
}

TEST(Trainer, LearnsAndKeepsLearningWithAnotherBatch) {
    const data::Dataset data = derived_dataset(200, small_image);
    Sequential network = small_network();
    Trainer trainer(shared_device(), network, {.optimizer = Adam{.learning_rate = 1e-2f}});
    const double before = trainer.evaluate(data).accuracy;
    trainer.fit(data, plain(10, 16));
    const Evaluation middle = trainer.evaluate(data);
    trainer.fit(data, plain(10, 40));
    const Evaluation after = trainer.evaluate(data, 33);
    EXPECT_GT(middle.accuracy, before + 0.2);
    EXPECT_GT(after.accuracy, middle.accuracy);
    EXPECT_LT(after.loss, middle.loss);
}

TEST(Trainer, HoldsOutTheLastPartBeforeShuffling) {
    const data::Dataset data = derived_dataset(41, small_image);
    Sequential split = small_network(), whole = small_network();
    Trainer first(shared_device(), split), second(shared_device(), whole);
    FitOptions fit = plain(2, 8);
    fit.validation_split = 0.25f;
    std::uint64_t samples = 0;
    fit.on_step = [&](const StepResult& step) { samples += step.samples; };
    const History history = first.fit(data, fit);
    EXPECT_EQ(samples, 2u * 30);
    second.fit(part_of(data, 0, 30), plain(2, 8));
    EXPECT_TRUE(values_of(split) == values_of(whole)) << "the held-out samples were trained on, or changed what was";
    const Evaluation held_out = second.evaluate(part_of(data, 30, 11), 8);
    ASSERT_TRUE(history.epochs.back().validation_accuracy.has_value());
    EXPECT_EQ(*history.epochs.back().validation_accuracy, held_out.accuracy);
    EXPECT_NEAR(*history.epochs.back().validation_loss, held_out.loss, 1e-6);
}

/// Validation keeps to the submits that fit was asked for, and so records all it needs at its first use.
TEST(Trainer, ValidationMakesNothingAfterTheFirstEpoch) {
    Sequential network = small_network();
    Trainer trainer(shared_device(), network);
    FitOptions fit = plain(4, 4);
    fit.submit_ms = 0;
    fit.steps_per_submit = 2;
    fit.validation_split = 0.3f;
    EXPECT_EQ(trainer.fit(derived_dataset(90, small_image), fit).objects_after_first_epoch, 0u);
}

TEST(Trainer, ATenthOf60000Is6000) {
    // 1 - 0.1f is a little less than 0.9.
    Sequential network{Flatten{}, Dense{10}};
    Trainer trainer(shared_device(), network);
    FitOptions fit = plain(1, 1000);
    fit.validation_split = 0.1f;
    std::uint64_t samples = 0;
    fit.on_step = [&](const StepResult& step) { samples += step.samples; };
    trainer.fit(derived_dataset(60000, Shape{2, 1, 1}), fit);
    EXPECT_EQ(samples, 54000u);
}

TEST(Trainer, StopsAfterTheCurrentSubmit) {
    const data::Dataset data = derived_dataset(160, small_image);
    Sequential network = small_network();
    Trainer trainer(shared_device(), network);
    FitOptions fit = plain(5, 8);
    fit.steps_per_submit = 2;
    int asked = 0;
    std::uint64_t steps = 0;
    fit.should_stop = [&] { return ++asked >= 2; };
    fit.on_step = [&](const StepResult&) { ++steps; };
    const History history = trainer.fit(data, fit);
    EXPECT_TRUE(history.stopped);
    ASSERT_EQ(history.epochs.size(), 1u);
    EXPECT_EQ(history.epochs[0].steps, steps);
    EXPECT_GE(steps, 4u);
    EXPECT_LE(steps, 6u) << "more than what was in flight";
    EXPECT_GT(trainer.evaluate(data).count, 0u);
    EXPECT_FALSE(trainer.fit(data, plain(1, 8)).stopped);
}

TEST(Trainer, DropoutActsInTrainingOnly) {
    const data::Dataset data = derived_dataset(32, small_image);
    const std::vector<Layer> without = {Flatten{}, Dense{10}}, with = {Flatten{}, Dropout{0.5f}, Dense{10}};
    double evaluated[2] = {}, trained[2] = {};
    for (const bool dropout : {false, true}) {
        Sequential network(dropout ? with : without);
        Trainer trainer(shared_device(), network);
        evaluated[dropout] = trainer.evaluate(data).loss;
        EXPECT_EQ(trainer.evaluate(data).loss, evaluated[dropout]);
        FitOptions fit = plain(1, 32);
        fit.on_step = [&](const StepResult& step) { trained[dropout] = step.loss; };
        trainer.fit(data, fit);
    }
    EXPECT_EQ(evaluated[0], evaluated[1]);
    EXPECT_NEAR(trained[0], evaluated[0], 1e-5);
    EXPECT_GT(std::fabs(trained[1] - evaluated[1]), 1e-3);
}

TEST(Trainer, OutlivesTheUsersNetworkAndViceVersa) {
    const data::Dataset data = derived_dataset(32, small_image);
    std::optional<Network> network(small_network());
    Network copy = *network;
    {
        Trainer trainer(shared_device(), *network, {.seed = 9});
        trainer.fit(data, plain(1, 8));
        network.reset();
        trainer.fit(data, plain(1, 8));
    }
    Sequential expected = small_network();
    Trainer trainer(shared_device(), expected, {.seed = 9});
    trainer.fit(data, plain(2, 8));
    EXPECT_TRUE(values_of(copy) == values_of(expected)) << "what was trained went with the Trainer";
}

TEST(Trainer, TwoOfOneNetworkSeeEachOthersWork) {
    const data::Dataset data = derived_dataset(32, small_image);
    Sequential network = small_network();
    network.build({small_image, 1 / 255.0f, 0, {}});
    Trainer first(shared_device(), network), second(shared_device(), network);
    first.evaluate(data);
    second.fit(data, plain(2, 8));
    const Evaluation trained = second.evaluate(data);
    EXPECT_EQ(first.evaluate(data).loss, trained.loss);
    first.fit(data, plain(1, 8));
    EXPECT_EQ(second.evaluate(data).loss, first.evaluate(data).loss);
    EXPECT_NE(second.evaluate(data).loss, trained.loss);
}

TEST(Trainer, ADataSetInSeveralRangesIsTheSame) {
    const data::Dataset data = derived_dataset(50, small_image);
    Sequential network = small_network();
    network.build({small_image, 1 / 255.0f, 0, {}}, 2);
    const Values start = values_of(network);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 50; ++i) order.push_back(i * 37 % 50);  // hops between the ranges
    Values after[2];
    std::vector<float> losses[2];
    for (const bool several : {false, true}) {
        for (std::size_t i = 0; i < start.size(); ++i) network.parameters()[i]->set_values(start[i]);
        auto resident = std::make_shared<nn::ResidentData>(shared_device().vulkan(), data, nn::DataPlacement{.max_range_bytes = several ? 64u * 17 + 5 : 0});
        ASSERT_EQ(resident->ranges().size(), several ? 3u : 1u);
        auto store = std::make_shared<ParameterStore>(shared_device(), network.parameters());
        nn::StepSettings settings;
        settings.batch = 8;
        nn::StepPlan step(shared_device(), network, resident, store, settings);
        StepState state;
        state.learning_rate = 1e-2f;
        EXPECT_TRUE(step.run_epoch(order, state, [&](std::span<const StepRecord> records) {
            for (const StepRecord& record : records) losses[several].push_back(record.loss);
            return true;
        }));
        after[several] = values_of(network);
    }
    EXPECT_EQ(losses[0].size(), 7u);
    EXPECT_EQ(losses[0], losses[1]);
    EXPECT_EQ(after[0], after[1]);
}

/// Calls per step of a network of pairs of Dense and Relu.
History deep_training(std::uint32_t layers) {
    std::vector<Layer> all = {Flatten{}};
    while (all.size() + 1 < layers) {
        all.push_back(Dense{.units = 8, .weight_init = Init::he_uniform});
        all.push_back(Relu{});
    }
    all.resize(layers - 1, Relu{});
    all.push_back(Dense{10});
    Sequential network(all);
    Trainer trainer(shared_device(), network);
    FitOptions fit = plain(3, 4);
    fit.steps_per_submit = 32;
    const History history = trainer.fit(derived_dataset(256, Shape{2, 2, 1}), fit);
    EXPECT_EQ(history.objects_after_first_epoch, 0u) << layers << " layers";
    EXPECT_EQ(history.cut_steps, 0u);
    return history;
}

TEST(Trainer, CallsPerStepDoNotDependOnTheDepth) {
    const History shallow = deep_training(6), deep = deep_training(60);
    EXPECT_EQ(shallow.vulkan_calls_per_step, deep.vulkan_calls_per_step);
    EXPECT_GT(shallow.vulkan_calls_per_step, 0);
    EXPECT_LT(shallow.vulkan_calls_per_step, 1);
}

}  // namespace
}  // namespace hekla
