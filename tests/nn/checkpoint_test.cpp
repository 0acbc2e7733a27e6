// fit that goes on from a checkpoint: the same bits as one that never stopped, whatever there is to remember.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <hekla/checkpoint_folder.h>
#include <hekla/io.h>

#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;
using tests::small_network;
using tests::values_of;

/// A folder that is gone with the object.
class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("hekla-checkpoints-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                                                  std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
        fs::remove_all(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    std::string string() const { return path_.string(); }
    std::vector<fs::path> files() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(path_)) files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        return files;
    }

  private:
    fs::path path_;
};

FitOptions some_fit() {
    FitOptions fit{.epochs = 3, .batch = 8};
    fit.steps_per_submit = 1;
    fit.submit_ms = 0;
    fit.checkpoint.minutes = 0;
    return fit;
}

const data::Dataset& some_data() {
    static const data::Dataset data = derived_dataset(60, small_image);
    return data;
}

struct Outcome {
    std::vector<std::vector<float>> values;
    History history;
};

Outcome trained(const TrainerOptions& options, const FitOptions& fit, const std::function<Sequential()>& make = small_network) {
    Sequential network = make();
    Outcome outcome;
    {
        Trainer trainer(shared_device(), network, options);
        outcome.history = trainer.fit(some_data(), fit);
    }
    outcome.values = values_of(network);
    return outcome;
}

/// What a file keeps of it.
std::shared_ptr<const Checkpoint> through_a_file(const Checkpoint& checkpoint) {
    const Folder folder;
    io::CheckpointFolder files(folder.string());
    files.open();
    files.save(checkpoint);
    return files.newest();
}

/// Trains without a stop, then goes on from each of its checkpoints in a new Trainer.
void expect_same_bits(const TrainerOptions& options, FitOptions fit, const std::function<Sequential()>& make = small_network) {
    FitOptions plain = fit;
    plain.checkpoint = {};
    const Outcome expected = trained(options, plain, make);
    std::vector<Checkpoint> checkpoints;
    fit.checkpoint.save = [&](const Checkpoint& checkpoint) { checkpoints.push_back(checkpoint); };
    EXPECT_TRUE(trained(options, fit, make).values == expected.values) << "saving changes what is saved";
    fit.checkpoint.save = {};
    ASSERT_GE(checkpoints.size(), 9u);
    bool inside = false, between = false;
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        (checkpoints[i].running ? inside : between) = true;
        fit.checkpoint.resume = through_a_file(checkpoints[i]);
        ASSERT_NE(fit.checkpoint.resume, nullptr);
        const Outcome outcome = trained(options, fit, make);
        EXPECT_TRUE(outcome.values == expected.values) << "from step " << checkpoints[i].step();
        ASSERT_EQ(outcome.history.epochs.size(), expected.history.epochs.size());
        for (std::size_t e = 0; e < expected.history.epochs.size(); ++e) {
            EXPECT_EQ(outcome.history.epochs[e].loss, expected.history.epochs[e].loss);
            EXPECT_EQ(outcome.history.epochs[e].accuracy, expected.history.epochs[e].accuracy);
            EXPECT_EQ(outcome.history.epochs[e].steps, expected.history.epochs[e].steps);
            EXPECT_EQ(outcome.history.epochs[e].validation_loss, expected.history.epochs[e].validation_loss);
            EXPECT_EQ(outcome.history.epochs[e].learning_rate, expected.history.epochs[e].learning_rate);
        }
        EXPECT_EQ(outcome.history.best_epoch, expected.history.best_epoch);
        EXPECT_EQ(outcome.history.stopped_early, expected.history.stopped_early);
        EXPECT_EQ(outcome.history.steps, expected.history.steps);
    }
    EXPECT_TRUE(inside && between) << "not both kinds were tried";
}

class CheckpointOf : public testing::TestWithParam<const char*> {};

TEST_P(CheckpointOf, EveryOptimizerGoesOn) { expect_same_bits({.optimizer = optimizer(GetParam()), .seed = 5}, some_fit()); }

INSTANTIATE_TEST_SUITE_P(Optimizers, CheckpointOf,
                         testing::Values("gradient-descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"),
                         [](const auto& named) {
                             std::string text = named.param;
                             std::erase(text, '-');
                             return text;
                         });

TEST(Checkpoint, AccumulatedBatchesAveragesAndSchedulesGoOn) {
    TrainerOptions options{.seed = 2};
    options.update.accumulate = 3;  // 8 batches an epoch: checkpoints lie inside an update
    options.update.average_decay = 0.9f;
    options.update.clip_norm = 1;
    options.schedule = parse_schedule("one-cycle");
    expect_same_bits(options, some_fit());
}

TEST(Checkpoint, EarlyStoppingAndPlateauGoOn) {
    TrainerOptions options{.optimizer = Adam{.learning_rate = 0.05f}, .seed = 2};
    options.update.average_decay = 0.5f;
    FitOptions fit = some_fit();
    fit.epochs = 12;
    fit.validation_split = 0.4f;
    fit.early_stopping = 2;
    fit.reduce_on_plateau = FitOptions::Plateau{0, 0.5f};
    expect_same_bits(options, fit);
}

TEST(Checkpoint, RunningStatisticsGoOn) {
    expect_same_bits({.seed = 4}, some_fit(), [] {
        return Sequential{Conv2d{.filters = 4}, BatchNorm{}, Relu{}, Flatten{}, Dense{10}};
    });
}

TEST(Checkpoint, AStoppedFitSavesWhereItStopped) {
    FitOptions fit = some_fit();
    const Outcome expected = trained({}, fit);
    fit.checkpoint.minutes = 1e6;
    std::shared_ptr<const Checkpoint> last;
    fit.checkpoint.save = [&](const Checkpoint& checkpoint) { last = std::make_shared<const Checkpoint>(checkpoint); };
    int submits = 0;
    fit.should_stop = [&] { return ++submits == 6; };
    EXPECT_TRUE(trained({}, fit).history.stopped);
    ASSERT_TRUE(last && last->running);
    fit.should_stop = {};
    fit.checkpoint.resume = last;
    EXPECT_TRUE(trained({}, fit).values == expected.values);
}

TEST(Checkpoint, WhatContradictsItIsAnErrorWithBothValues) {
    FitOptions fit = some_fit();
    std::shared_ptr<const Checkpoint> first;
    fit.checkpoint.settings["network"] = "small";
    fit.checkpoint.save = [&](const Checkpoint& checkpoint) {
        if (!first) first = std::make_shared<const Checkpoint>(checkpoint);
    };
    trained({}, fit);
    fit.checkpoint.save = {};
    fit.checkpoint.resume = first;
    const auto message = [&](const TrainerOptions& options, const FitOptions& with, const std::function<Sequential()>& make = small_network) {
        return error_of(ErrorCode::invalid_argument, [&] { trained(options, with, make); });
    };
    FitOptions other = fit;
    other.batch = 16;
    EXPECT_THAT(message({}, other), AllOf(HasSubstr("batch"), HasSubstr("'8'"), HasSubstr("'16'")));
    EXPECT_THAT(message({.optimizer = Adam{.learning_rate = 0.5f}}, fit), AllOf(HasSubstr("rate 0.5"), HasSubstr("rate 0.001")));
    EXPECT_THAT(message({.seed = 9}, fit), AllOf(HasSubstr("seed"), HasSubstr("'9'"), HasSubstr("'0'")));
    other = fit;
    other.checkpoint.settings["network"] = "large";
    EXPECT_THAT(message({}, other), AllOf(HasSubstr("'small'"), HasSubstr("'large'")));
    EXPECT_THAT(message({}, fit, [] { return Sequential{Flatten{}, Dense{10}}; }), HasSubstr("values/dense_1.weight is "));
    Checkpoint words = *first;
    words.step_state.push_back(0);
    fit.checkpoint.resume = std::make_shared<const Checkpoint>(words);
    EXPECT_THAT(message({}, fit), HasSubstr("step state has 25 words"));
    Checkpoint kernels = *first;
    for (auto& [problem, implementation] : kernels.choices) implementation = "another";
    fit.checkpoint.resume = std::make_shared<const Checkpoint>(kernels);
    EXPECT_THAT(message({}, fit), AllOf(HasSubstr("'another'"), HasSubstr("choices")));
}

// Files -------------------------------------------------------------------------------------------------

Checkpoint numbered(std::uint32_t step) {
    Checkpoint checkpoint;
    checkpoint.step_state.assign(24, step);
    checkpoint.tensors = {{"values/a", Shape{2, 3}, {1, 2, 3, 4, 5, static_cast<float>(step)}}};
    checkpoint.settings = {{"batch", "8"}};
    return checkpoint;
}

TEST(CheckpointFolder, KeepsTheNewest) {
    const Folder folder;
    io::CheckpointFolder files(folder.string(), 2);
    files.open();
    EXPECT_EQ(files.newest(), nullptr);
    for (const std::uint32_t step : {5u, 40u, 300u}) files.save(numbered(step));
    EXPECT_EQ(folder.files().size(), 2u);
    EXPECT_EQ(files.newest()->step(), 300u);
    files.save(numbered(50));  // gone on with from 40: 300 was damaged
    EXPECT_EQ(files.newest()->step(), 50u);
}

/// Every way in which the newest can be damaged leads to the one before it.
TEST(CheckpointFolder, PassesOverWhatIsDamaged) {
    const Folder folder;
    io::CheckpointFolder files(folder.string());
    files.open();
    files.save(numbered(1));
    files.save(numbered(2));
    const std::string path = folder.files().back().string(), whole = io::read_file(path);
    std::size_t tried = 0;
    for (std::size_t at = 0; at < whole.size(); at += at + 16 < whole.size() ? 13 : 1, ++tried) {
        for (const bool truncated : {true, false}) {
            std::string bytes = truncated ? whole.substr(0, at) : whole;
            if (!truncated) bytes[at] = static_cast<char>(bytes[at] ^ 1);
            std::ofstream(path, std::ios::binary) << bytes;
            std::vector<std::string> skipped;
            const auto found = files.newest([&](const std::string& text) { skipped.push_back(text); });
            ASSERT_EQ(found->step(), 1u) << "byte " << at << (truncated ? " cut" : " changed");
            ASSERT_EQ(skipped.size(), 1u);
            EXPECT_THAT(skipped[0], HasSubstr("checkpoint-0000000002"));
        }
    }
    EXPECT_GT(tried, 20u);
    for (const fs::path& file : folder.files()) std::ofstream(file, std::ios::binary) << "x";
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { files.newest(); }), AllOf(HasSubstr("0000000001"), HasSubstr("0000000002")));
}

TEST(CheckpointFolder, RemovesWhatWasHalfWritten) {
    const Folder folder;
    io::CheckpointFolder files(folder.string());
    files.open();
    files.save(numbered(7));
    std::ofstream(folder.string() + "/checkpoint-0000000009.safetensors.tmp-17-0") << "half";
    EXPECT_EQ(files.newest()->step(), 7u);
    files.open();
    EXPECT_EQ(folder.files().size(), 1u);
    error_of(ErrorCode::not_found, [&] { io::CheckpointFolder(folder.string() + "/missing").newest(); });
}

}  // namespace
}  // namespace hekla
