// --precision of train, evaluate and predict: 16 bits end to end, and how far their results are from f32.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <filesystem>
#include <fstream>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class PrecisionOption : public testing::Test {
  protected:
    PrecisionOption() { write_sample_mnist(folder_); }

    CommandResult train(const Words& more, const std::string& network = "keras-mnist") const {
        Words words = {"train", "--network", network, "--data", "mnist", "--data-dir", folder_.string(), "--out", model(), "--epochs", "2"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    CommandResult with_model(const char* command, const Words& more) const {
        Words words = {command, "--model", model()};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    std::string model() const { return folder_ / "model.safetensors"; }
    std::string picture() const {
        const std::string path = folder_ / "three.png";
        write_sample_png(path, 3);
        return path;
    }

    SampleFolder folder_;
};

TEST_F(PrecisionOption, MixedTrainsInLessMemoryAndTheModelIsOfThirtyTwoBits) {
    const std::string log = folder_ / "log.jsonl", report = folder_ / "report.html";
    const CommandResult result = train({"--precision", "mixed", "--log", log, "--report", report, "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    EXPECT_GT(json["loss_scale"], 1);
    EXPECT_LT(json["planned_bytes"], json["default_planned_bytes"]);
    EXPECT_TRUE(json.contains("skipped_steps"));
    EXPECT_TRUE(contains(io::read_file(report), "mixed, loss scale "));
    bool epochs = false;
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);)
        if (const Json entry = Json::parse(line); entry.contains("epoch")) epochs = entry.contains("loss_scale") && entry.contains("skipped_steps");
    EXPECT_TRUE(epochs) << "epochs of the log tell of the scale";
    const Json f32 = with_model("evaluate", {"--data-dir", folder_.string(), "--json"}).json();
    EXPECT_EQ(f32["storage"], "f32");
    EXPECT_FALSE(f32.contains("difference_from_f32"));
    EXPECT_NEAR(f32["test_accuracy"], json["test_accuracy"], 0.05);
}

TEST_F(PrecisionOption, MixedGivesTheSameBytesHoweverItIsSubmitted) {
    const auto sha = [&](const std::string& steps) {
        return train({"--precision", "mixed", "--accumulate", "2", "--clip-norm", "1", "--submit-ms", "0", "--steps-per-submit", steps, "--json"})
            .json()["weights_sha256"].get<std::string>();
    };
    const std::string first = sha("1");
    EXPECT_EQ(sha("32"), first);
    EXPECT_NE(train({"--accumulate", "2", "--clip-norm", "1", "--submit-ms", "0", "--json"}).json()["weights_sha256"], first) << "f32";
}

TEST_F(PrecisionOption, EvaluateAndPredictTellTheDifferenceFromF32) {
    ASSERT_EQ(train({}).status, 0);
    for (const std::string precision : {"f16", "mixed"}) {
        const CommandResult text = with_model("evaluate", {"--data-dir", folder_.string(), "--precision", precision});
        ASSERT_EQ(text.status, 0) << text.err;
        EXPECT_TRUE(contains(text.out, precision + ": largest difference from f32 0.0")) << text.out;
        EXPECT_TRUE(contains(text.out, "accuracy by f32: ")) << text.out;
        const Json json = with_model("evaluate", {"--data-dir", folder_.string(), "--precision", precision, "--json"}).json();
        EXPECT_EQ(json["storage"], precision);
        EXPECT_GT(json["difference_from_f32"]["largest"], 0);
        EXPECT_LT(json["difference_from_f32"]["largest"], 0.05);
        EXPECT_NEAR(json["test_accuracy"], json["f32_accuracy"], 0.05);
        const CommandResult guess = with_model("predict", {picture(), "--precision", precision});
        ASSERT_EQ(guess.status, 0) << guess.err;
        EXPECT_TRUE(contains(guess.out, precision + ": largest difference from f32 0.0")) << guess.out;
        const Json guessed = with_model("predict", {picture(), "--precision", precision, "--json"}).json();
        EXPECT_LT(guessed["difference_from_f32"]["largest"], 0.05);
    }
    EXPECT_FALSE(contains(with_model("predict", {picture()}).out, "difference")) << "f32 has none";
}

TEST_F(PrecisionOption, WeightsOfSixteenBitsAreNotTrained) {
    const CommandResult result = train({"--precision", "f16"});
    EXPECT_NE(result.status, 0);
    EXPECT_TRUE(contains(result.err, "--precision")) << result.err;
    EXPECT_TRUE(contains(result.err, "mixed")) << result.err;
}

}  // namespace
}  // namespace hekla::test
