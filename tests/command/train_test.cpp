// Trains small networks on a synthetic data set and uses what comes out.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::vector<Json> json_lines(const std::string& path) {
    std::vector<Json> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(Json::parse(line));
    return lines;
}

std::string four_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
}

class Train : public testing::Test {
  protected:
    Train() { write_sample_mnist(folder_); }

    Words train(const Words& more = {}, const std::string& out = {}) const {
        Words words = {"train",      "--network",      "feed-forward", "--data", "mnist",
                       "--data-dir", folder_.string(), "--out",        out.empty() ? model() : out};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    std::string model() const { return folder_ / "model.safetensors"; }

    SampleFolder folder_;
};

TEST_F(Train, TextNamesAccuracyModelAndReport) {
    const std::string report = folder_ / "report.html";
    const CommandResult result = run(train({"--epochs", "3", "--report", report}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "test accuracy: 0.") || contains(result.out, "test accuracy: 1."))
        << result.out;
    EXPECT_TRUE(contains(result.out, "101770") || contains(result.out, "101,770")) << result.out;
    EXPECT_TRUE(contains(result.out, "model: " + model())) << result.out;
    EXPECT_TRUE(contains(result.out, "report: " + report)) << result.out;
    EXPECT_TRUE(contains(result.err, "epoch 3/3: loss ")) << result.err;
    EXPECT_EQ(result.err.find('\r'), std::string::npos) << "a bar where there is no terminal";
    const std::string page = io::read_file(report);
    EXPECT_TRUE(contains(page, "</html>"));
    EXPECT_TRUE(contains(page, "data:image/png;base64,"));
    EXPECT_TRUE(contains(page, "Filters of dense_1") && contains(page, "Saliency") && contains(page, "Occlusion"));
}

TEST_F(Train, ReportSaysHowToDoItAgainAndLeavesPicturesOut) {
    const std::string report = folder_ / "report.html";
    const CommandResult result = run(train({"--epochs", "1", "--learning-rate", "0.001", "--report", report, "--report-images", "off", "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const std::string page = io::read_file(report);
    EXPECT_FALSE(contains(page, "data:image")) << "a picture of the data";
    EXPECT_TRUE(contains(page, "Time per layer") && contains(page, "dense_1"));
    EXPECT_TRUE(contains(page, " train --network feed-forward --data mnist --data-dir " + folder_.string())) << page;
    ASSERT_EQ(run(train({"--epochs", "1", "--learning-rate", "0.001", "--report", report})).status, 0);
    EXPECT_TRUE(contains(io::read_file(report), "Worst mistakes"));
}

TEST_F(Train, JsonHasEveryKeyAndEvaluateAgrees) {
    const CommandResult result =
        run(train({"--epochs", "4", "--validation-split", "0.1", "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    for (const char* key :
         {"device", "network", "parameters", "epochs", "steps", "seconds", "images_per_second",
          "cpu_us_per_step", "train_loss", "test_accuracy", "test_loss", "model", "weights_sha256",
          "validation_accuracy", "vulkan_calls_per_step", "objects_after_first_epoch", "submits",
          "cut_steps"}) {
        EXPECT_TRUE(json.contains(key)) << key;
    }
    EXPECT_EQ(json["network"], "feed-forward");
    EXPECT_EQ(json["parameters"], 101770);
    EXPECT_EQ(json["epochs"], 4);
    EXPECT_EQ(json["steps"], 4 * 6);  // 180 images, 32 each
    const std::string file = io::read_file(model());
    EXPECT_EQ(json["weights_sha256"], io::sha256(std::as_bytes(std::span(file))));
    EXPECT_GT(json["test_accuracy"], 0.5) << "a bar per class is easy";

    const Words evaluate = {"evaluate", "--model", model(), "--data-dir", folder_.string()};
    const CommandResult text = run(evaluate);
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_TRUE(contains(text.out, "test accuracy: " + four_digits(json["test_accuracy"])))
        << text.out;
    Words with_json = evaluate;
    with_json.insert(with_json.end(), {"--json", "--batch", "7"});
    const Json evaluated = run(with_json).json();
    EXPECT_EQ(evaluated["test_accuracy"], json["test_accuracy"]);
    EXPECT_NEAR(evaluated["test_loss"], json["test_loss"], 1e-4);
    EXPECT_EQ(evaluated["count"], 60);
}

TEST_F(Train, LogHasEveryStepAndEpoch) {
    const std::string log = folder_ / "log.jsonl";
    ASSERT_EQ(run(train({"--epochs", "2", "--limit", "100", "--batch", "30", "--log", log})).status, 0);
    std::size_t steps = 0, epochs = 0;
    for (const Json& line : json_lines(log)) {
        if (line.contains("step")) {
            EXPECT_EQ(line["step"], steps++);
            EXPECT_TRUE(line["loss"].is_number()) << line;
        } else if (line.contains("epoch")) {
            EXPECT_EQ(line["epoch"], ++epochs);
            EXPECT_TRUE(line.contains("accuracy") && line.contains("images_per_second")) << line;
            EXPECT_FALSE(line.contains("validation_loss")) << line;
        }
    }
    EXPECT_EQ(steps, 2u * 4);  // 30, 30, 30 and 10
    EXPECT_EQ(epochs, 2u);
}

TEST_F(Train, SameSeedSameBytes) {
    const auto sha = [&](const std::string& seed, const std::string& steps_per_submit) {
        const CommandResult result = run(train({"--epochs", "1", "--seed", seed, "--json",
                                                "--submit-ms", "0", "--steps-per-submit",
                                                steps_per_submit}));
        EXPECT_EQ(result.status, 0) << result.err;
        return result.json()["weights_sha256"].get<std::string>();
    };
    const std::string first = sha("7", "32");
    EXPECT_EQ(sha("7", "32"), first);
    EXPECT_EQ(sha("7", "1"), first);
    EXPECT_NE(sha("8", "32"), first);
}

TEST_F(Train, OptimizersAndLosses) {
    for (const char* optimizer : {"gradient-descent", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"}) {
        const CommandResult result = run(train(
            {"--epochs", "1", "--optimizer", optimizer, "--rate", "0.01", "--loss", "one-hot"}));
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_TRUE(contains(result.out, "rate 0.01")) << result.out;
    }
}

TEST_F(Train, UpdateOptionsAreUsedAndRecorded) {
    const std::string log = folder_ / "log.jsonl", report = folder_ / "report.html";
    const CommandResult result = run(train(
        {"--epochs", "3", "--optimizer", "adamw", "--learning-rate", "0.01", "--weight-decay", "0.05", "--clip-norm", "1", "--accumulate", "2",
         "--ema", "0.5", "--max-norm", "3", "--schedule", "cosine:0.1", "--warmup", "2", "--label-smoothing", "0.1", "--class-weights", "balanced",
         "--validation-split", "0.2", "--reduce-on-plateau", "5,0.5", "--log", log, "--report", report, "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json(), settings = json["settings"];
    EXPECT_EQ(settings["optimizer"], "adamw");
    EXPECT_FLOAT_EQ(settings["learning_rate"], 0.01f);
    EXPECT_FLOAT_EQ(settings["weight_decay"], 0.05f);
    EXPECT_EQ(settings["accumulate"], 2);
    EXPECT_EQ(settings["clip_norm"], 1.0);
    EXPECT_EQ(settings["ema"], 0.5);
    EXPECT_EQ(settings["schedule"], "cosine:0.1, warm-up 2");
    EXPECT_EQ(settings["class_weights"].size(), 10u);
    EXPECT_FLOAT_EQ(settings["label_smoothing"], 0.1f);
    EXPECT_EQ(settings["reduce_on_plateau"][0], 5);
    const std::vector<Json> lines = json_lines(log);
    EXPECT_EQ(lines.front()["settings"], settings);
    std::vector<double> rates;
    for (const Json& line : lines)
        if (line.contains("epoch")) rates.push_back(line["learning_rate"]);
    ASSERT_EQ(rates.size(), 3u);
    EXPECT_NEAR(rates[0], 0.005, 1e-7);  // the first of two updates of warm-up
    EXPECT_LT(rates[2], rates[1]);
    const std::string page = io::read_file(report);
    EXPECT_TRUE(contains(page, "adamw, rate 0.01, decoupled weight decay 0.05"));
    EXPECT_TRUE(contains(page, "Learning rate"));
    EXPECT_TRUE(contains(page, "mean (macro)"));
}

TEST_F(Train, AugmentsAndTellsTheGap) {
    const std::string report = folder_ / "report.html";
    const Words options = {"--epochs", "2", "--augment", "flip,crop:2,rotate", "--test-time", "flip", "--report", report};
    const CommandResult text = run(train(options));
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_TRUE(contains(text.out, "augmentation: flip:0.5,crop:2,rotate:15")) << text.out;
    const std::string page = io::read_file(report);
    EXPECT_TRUE(contains(page, "flip:0.5,crop:2,rotate:15"));
    EXPECT_TRUE(contains(page, "Augmented training images"));

    Words with_json = train(options);
    with_json.push_back("--json");
    const Json json = run(with_json).json();
    EXPECT_EQ(json["settings"]["augment"], "flip:0.5,crop:2,rotate:15");
    EXPECT_EQ(json["settings"]["test_time"], "flip");
    const double train_accuracy = json["train_accuracy"], test_accuracy = json["test_accuracy"];
    EXPECT_TRUE(contains(text.out, "train accuracy: " + four_digits(train_accuracy))) << text.out;
    EXPECT_TRUE(contains(text.out, "gap: " + four_digits(train_accuracy - test_accuracy))) << text.out;

    const auto evaluated = [&](const std::string& test_time) {
        return run({"evaluate", "--model", model(), "--data-dir", folder_.string(), "--test-time", test_time, "--json"}).json();
    };
    EXPECT_EQ(evaluated("flip")["test_loss"], json["test_loss"]);
    EXPECT_NE(evaluated("none")["test_loss"], json["test_loss"]);
}

TEST_F(Train, MetricsAgreeWithTheConfusionMatrix) {
    ASSERT_EQ(run(train({"--epochs", "2"})).status, 0);
    const Words evaluate = {"evaluate", "--model", model(), "--data-dir", folder_.string()};
    Words with_json = evaluate;
    with_json.push_back("--json");
    const Json json = run(with_json).json();
    std::uint64_t all = 0, right = 0;
    double recall = 0;
    for (std::size_t c = 0; c < 10; ++c) {
        std::uint64_t of_class = 0;
        for (std::size_t p = 0; p < 10; ++p) of_class += json["confusion"][c][p].get<std::uint64_t>();
        const auto hits = json["confusion"][c][c].get<std::uint64_t>();
        EXPECT_EQ(json["per_class"][c]["support"], of_class);
        recall += of_class == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of_class) / 10;
        all += of_class;
        right += hits;
    }
    EXPECT_EQ(json["count"], all);
    EXPECT_EQ(json["correct"], right);
    EXPECT_NEAR(json["macro"]["recall"], recall, 1e-12);
    EXPECT_EQ(json["micro"]["precision"], json["test_accuracy"]);
    EXPECT_GE(json["top_5_accuracy"], json["test_accuracy"]);
    const CommandResult text = run(evaluate);
    EXPECT_TRUE(contains(text.out, "top-5 accuracy: " + four_digits(json["top_5_accuracy"]))) << text.out;
    EXPECT_TRUE(contains(text.out, "mean (macro)")) << text.out;
}

TEST_F(Train, EarlyStoppingSaysWhoseWeightsAreKept) {
    const Words words = train({"--epochs", "200", "--rate", "0.00000000001", "--early-stopping", "2", "--json", "--shuffle", "off"});
    const CommandResult result = run(words);
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    EXPECT_EQ(json["stopped_early"], true);
    EXPECT_EQ(json["best_epoch"].get<int>() + 2, json["epochs"].get<int>());
    EXPECT_TRUE(contains(result.err, "stopped early: the weights are those of epoch ")) << result.err;
}

TEST_F(Train, InitGoesOnFromAFile) {
    ASSERT_EQ(run(train({"--epochs", "5"})).status, 0);
    const std::string next = folder_ / "next.safetensors";
    const CommandResult result = run(
        train({"--epochs", "1", "--init", model(), "--shuffle", "off", "--json"}, next));
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    EXPECT_LT(json["train_loss"], 1.5) << "starts where the first run ended";
    EXPECT_EQ(json["model"], next);
}

TEST_F(Train, InitThatDoesNotFitIsAnError) {
    ASSERT_EQ(run(train({"--epochs", "1"})).status, 0);
    const std::string out = folder_ / "other.safetensors";
    const CommandResult result =
        run({"train", "--network", "keras-mnist", "--data", "mnist", "--data-dir",
             folder_.string(), "--epochs", "1", "--init", model(), "--out", out});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "model.safetensors")) << result.err;
    EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Train, ConvolutionalNetworkWithoutDropoutRuns) {
    const CommandResult result =
        run({"train", "--network", "keras-mnist-dropout", "--data", "mnist", "--data-dir",
             folder_.string(), "--epochs", "1", "--dropout", "0", "--limit", "64", "--out", model(),
             "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.json()["parameters"], 108618);
}

TEST_F(Train, NonFiniteLossIsAnErrorWithoutModel) {
    const CommandResult result =
        run(train({"--epochs", "3", "--optimizer", "sgd", "--rate", "1e38", "--json"}));
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "no model was saved")) << result.err;
    EXPECT_FALSE(std::filesystem::exists(model()));
}

/// Stops a run of many epochs after its first steps.
CommandResult interrupted(const Words& words, const std::string& log, int signal) {
    RunningCommand command(words);
    std::error_code ignored;  // the log is not there yet
    while (command.running() && (!std::filesystem::exists(log, ignored) ||
                                 std::filesystem::file_size(log, ignored) < 200)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    command.send(signal);
    return command.wait(60);
}

TEST_F(Train, SignalsSaveTheModel) {
    const std::string log = folder_ / "log.jsonl", report = folder_ / "report.html";
    for (const int signal : {SIGINT, SIGTERM}) {
        std::filesystem::remove(log);
        std::filesystem::remove(model());
        const CommandResult result =
            interrupted(train({"--epochs", "1000000", "--log", log, "--report", report, "--json"}),
                        log, signal);
        EXPECT_EQ(result.status, 130) << result.err;
        EXPECT_EQ(result.json()["stopped"], true);
        EXPECT_TRUE(result.json()["test_accuracy"].is_null());
        EXPECT_FALSE(std::filesystem::exists(report));
        EXPECT_EQ(run({"inspect", model(), "--json"}).status, 0);
        EXPECT_EQ(run({"evaluate", "--model", model(), "--data-dir", folder_.string()}).status, 0);
    }
}

TEST_F(Train, PredictNamesAPicture) {
    ASSERT_EQ(run(train({"--epochs", "12"})).status, 0);
    const std::string three = folder_ / "three.png", eight = folder_ / "eight.png";
    write_sample_png(three, 3);
    write_sample_png(eight, 8);
    const CommandResult text = run({"predict", "--model", model(), three});
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_TRUE(text.out.starts_with("3 0.") || text.out.starts_with("3 1.")) << text.out;

    const Json one = run({"predict", "--model", model(), three, "--json"}).json();
    EXPECT_EQ(one["image"], three);
    ASSERT_EQ(one["top"].size(), 5u);
    EXPECT_EQ(one["top"][0]["class"], 3);
    EXPECT_EQ(one["top"][0]["name"], "3");
    EXPECT_GE(one["top"][0]["probability"], one["top"][1]["probability"]);

    const Json two = run({"predict", three, eight, "--model", model(), "--json"}).json();
    ASSERT_EQ(two["results"].size(), 2u);
    EXPECT_EQ(two["results"][1]["top"][0]["class"], 8);
    const CommandResult both = run({"predict", three, eight, "--model", model()});
    EXPECT_TRUE(contains(both.out, three + ":\n3 ")) << both.out;
    EXPECT_TRUE(contains(both.out, eight + ":\n8 ")) << both.out;
    const Json inverted = run({"predict", three, "--invert", "--model", model(), "--json"}).json();
    EXPECT_NE(inverted["top"], one["top"]);
}

TEST_F(Train, OneUnreadablePictureLeavesNoAnswer) {
    ASSERT_EQ(run(train({"--epochs", "1"})).status, 0);
    write_sample_png(folder_ / "good.png", 1);
    for (const std::string& content : {std::string(), std::string("not a picture"),
                                       std::string("\x89PNG\r\n\x1a\n broken")}) {
        write_text(folder_ / "bad.png", content);
        const CommandResult result =
            run({"predict", "--model", model(), folder_ / "good.png", folder_ / "bad.png"});
        EXPECT_EQ(result.status, 1);
        EXPECT_EQ(result.out, "");
        EXPECT_TRUE(contains(result.err, "bad.png")) << result.err;
    }
}

TEST_F(Train, InspectShowsModelAndData) {
    ASSERT_EQ(run(train({"--epochs", "1"})).status, 0);
    const Json json = run({"inspect", model(), "--json"}).json();
    EXPECT_EQ(json["parameters"], 101770);
    EXPECT_EQ(json["input"]["shape"], Json({28, 28, 1}));
    EXPECT_EQ(json["classes"].size(), 10u);
    ASSERT_EQ(json["tensors"].size(), 4u);
    for (const Json& tensor : json["tensors"]) {
        EXPECT_LE(tensor["min"], tensor["max"]);
        EXPECT_EQ(tensor["non_finite"], 0);
    }
    const CommandResult text = run({"inspect", model()});
    EXPECT_TRUE(contains(text.out, "dense_1.weight")) << text.out;

    const Json data = run({"inspect", "mnist", "--data-dir", folder_.string(), "--json"}).json();
    EXPECT_EQ(data["train"]["images"], 200);
    EXPECT_EQ(data["train"]["per_class"], Json(std::vector<int>(10, 20)));
    EXPECT_EQ(data["test"]["per_class"], Json(std::vector<int>(10, 6)));
}

TEST_F(Train, ValidationLayerFindsNothing) {
    const CommandResult result = run(train({"--epochs", "1", "--limit", "64", "--validation"}));
    EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace hekla::test
