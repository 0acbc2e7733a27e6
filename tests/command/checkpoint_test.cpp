// `hekla train` that is killed, finds a full disk or loses its device, and goes on.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "run_command.h"
#include "sample_data.h"
#include "support/scoped_variable.h"

namespace hekla::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Checkpoints : public testing::Test {
  protected:
    Checkpoints() { write_sample_mnist(folder_); }

    /// A small run with everything that has a memory.
    Words train(const std::string& out, const Words& more = {}) const {
        Words words = {"train", "--network", "feed-forward", "--data", "mnist", "--data-dir", folder_.string(), "--out", folder_ / out,
                       "--epochs", "8", "--batch", "10", "--optimizer", "adam", "--accumulate", "3", "--ema", "0.9", "--validation-split", "0.1",
                       "--early-stopping", "8", "--steps-per-submit", "2", "--submit-ms", "0", "--seed", "3"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    std::string bytes(const std::string& name) const { return io::read_file(folder_ / name); }
    std::string checkpoints() const { return folder_ / "checkpoints"; }
    Words with_checkpoints(const Words& more = {}) const {
        Words words = {"--checkpoint", checkpoints(), "--checkpoint-minutes", "0"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    std::vector<fs::path> files() const {
        std::vector<fs::path> files;
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(checkpoints(), ignored)) files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        return files;
    }

    SampleFolder folder_;
};

TEST_F(Checkpoints, KilledAtAnyMomentItEndsWithTheSameBytes) {
    const std::string csv = folder_ / "log.csv", lines = folder_ / "log.jsonl";
    ASSERT_EQ(run(train("expected.safetensors")).status, 0);
    int kills = 0;
    // Every process is killed a little later than the one before; what it wrote meanwhile is where the next goes on.
    for (int ms = 100;; ms += 60) {
        RunningCommand command(train("model.safetensors", with_checkpoints({"--resume", "--log", csv, "--log", lines})));
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        while (command.running() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (!command.running()) {
            const CommandResult result = command.wait();
            ASSERT_EQ(result.status, 0) << result.err;
            break;
        }
        command.send(SIGKILL);
        ASSERT_EQ(command.wait().status, 128 + SIGKILL);
        ++kills;
        ASSERT_LT(kills, 200);
    }
    EXPECT_GE(kills, 3) << "it was not killed often enough to show anything";
    EXPECT_TRUE(bytes("model.safetensors") == bytes("expected.safetensors"));
    // The logs have every step and epoch once.
    std::ifstream rows(csv);
    std::string row;
    ASSERT_TRUE(std::getline(rows, row) && row.starts_with("epoch,steps,loss,accuracy,validation_loss,"));
    for (int epoch = 1; epoch <= 8; ++epoch) ASSERT_TRUE(std::getline(rows, row) && row.starts_with(std::to_string(epoch) + ",18,")) << row;
    EXPECT_FALSE(std::getline(rows, row)) << row;
    std::ifstream json(lines);
    std::uint64_t steps = 0, epochs = 0;
    while (std::getline(json, row)) {
        const Json line = Json::parse(row);
        if (line.contains("step")) {
            EXPECT_EQ(line["step"], steps++);
        } else if (line.contains("epoch")) {
            EXPECT_EQ(line["epoch"], ++epochs);
        }
    }
    EXPECT_EQ(steps, 8u * 18);
    EXPECT_EQ(epochs, 8u);
}

TEST_F(Checkpoints, ADamagedOneIsPassedOver) {
    ASSERT_EQ(run(train("expected.safetensors", with_checkpoints())).status, 0);
    ASSERT_EQ(files().size(), 3u);
    const std::string newest = files()[2].string(), whole = io::read_file(newest);
    std::ofstream(newest, std::ios::binary) << whole.substr(0, whole.size() / 2);
    std::string changed = io::read_file(files()[1].string());
    changed[changed.size() - 5] = static_cast<char>(changed[changed.size() - 5] ^ 4);
    std::ofstream(files()[1], std::ios::binary) << changed;
    const CommandResult result = run(train("model.safetensors", {"--resume", checkpoints()}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.err, "passed over: ") && contains(result.err, newest)) << result.err;
    EXPECT_TRUE(bytes("model.safetensors") == bytes("expected.safetensors"));
}

TEST_F(Checkpoints, WhatContradictsThemIsAnError) {
    ASSERT_EQ(run(train("model.safetensors", {"--checkpoint", checkpoints(), "--limit", "60"})).status, 0);
    const auto message = [&](const Words& more) {
        const CommandResult result = run(train("other.safetensors", more));
        EXPECT_EQ(result.status, 1);
        EXPECT_FALSE(fs::exists(folder_ / "other.safetensors"));
        return result.err;
    };
    EXPECT_TRUE(contains(message({"--checkpoint", checkpoints()}), "another run"));
    EXPECT_TRUE(contains(message({"--resume"}), "which folder"));
    EXPECT_TRUE(contains(message({"--resume", folder_ / "missing"}), "missing"));
    const std::string data = message({"--resume", checkpoints()});
    EXPECT_TRUE(contains(data, "60 images") && contains(data, "200 images")) << data;
    const std::string rate = message({"--resume", checkpoints(), "--limit", "60", "--learning-rate", "0.25"});
    EXPECT_TRUE(contains(rate, "rate 0.25") && contains(rate, "optimizer")) << rate;
}

TEST_F(Checkpoints, AFullDiskLeavesTheOldOnesAndTheTraining) {
    // No file may grow beyond what a model has, a third of a checkpoint: as on a full disk.
    std::ostringstream line;
    line << "trap '' XFSZ; ulimit -f " << 1000 << "; exec '" << HEKLA_COMMAND << "'";
    for (const std::string& word : train("model.safetensors", with_checkpoints())) line << " '" << word << "'";
    line << " > '" << folder_ / "out.txt" << "' 2> '" << folder_ / "err.txt" << "'";
    ASSERT_EQ(run(train("expected.safetensors")).status, 0);
    ASSERT_EQ(std::system(line.str().c_str()), 0) << bytes("err.txt");
    EXPECT_TRUE(contains(bytes("err.txt"), "checkpoint not saved, training goes on")) << bytes("err.txt");
    EXPECT_TRUE(files().empty()) << "half a checkpoint was left";
    EXPECT_TRUE(bytes("model.safetensors") == bytes("expected.safetensors"));
}

TEST_F(Checkpoints, ALostDeviceSaysHowToGoOn) {
    ASSERT_EQ(run(train("expected.safetensors")).status, 0);
    CommandResult result;
    {
        const ScopedVariable path("VK_LAYER_PATH", HEKLA_LAYERS_DIR), layers("VK_INSTANCE_LAYERS", "VK_LAYER_HEKLA_lost"),
            after("HEKLA_LOST_AFTER", "150");
        result = run(train("model.safetensors", with_checkpoints()));
    }
    EXPECT_EQ(result.status, 3) << result.err;
    EXPECT_TRUE(contains(result.err, "VK_ERROR_DEVICE_LOST")) << result.err;
    EXPECT_FALSE(fs::exists(folder_ / "model.safetensors"));
    // The command that is printed is one that goes on.
    const std::size_t at = result.err.find("go on with:\n");
    ASSERT_NE(at, std::string::npos) << result.err;
    const std::string command = result.err.substr(at + 12, result.err.find('\n', at + 12) - at - 12);
    EXPECT_TRUE(command.ends_with(" --resume")) << command;
    ASSERT_EQ(std::system((command + " > /dev/null 2> '" + folder_ / "err.txt" + "'").c_str()), 0) << bytes("err.txt");
    EXPECT_TRUE(contains(bytes("err.txt"), "going on after step"));
    EXPECT_TRUE(bytes("model.safetensors") == bytes("expected.safetensors"));
}

TEST_F(Checkpoints, ADivergedTrainingNamesStepAndRate) {
    const CommandResult result = run(train("model.safetensors", {"--learning-rate", "1e30"}));
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "at step ") && contains(result.err, "learning rate was 1e+30") && contains(result.err, "--learning-rate 1e+29")) << result.err;
}

}  // namespace
}  // namespace hekla::test
