// Smaller networks from the command line: `hekla prune`, and `hekla train --teacher`.

#include <gtest/gtest.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <algorithm>
#include <cmath>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A trained model, made once.
class Smaller : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new SampleFolder;
        write_sample_mnist(*folder_);
        const CommandResult result = run(train("keras-mnist", {"--epochs", "6", "--out", model()}));
        ASSERT_EQ(result.status, 0) << result.err;
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    static std::string model() { return *folder_ / "model.safetensors"; }
    static Words train(const std::string& network, const Words& more) {
        Words words = {"train", "--network", network, "--data", "mnist", "--data-dir", folder_->string()};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    static Words prune(const Words& more) {
        Words words = {"prune", "--model", model(), "--data", "mnist", "--data-dir", folder_->string()};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    static SampleFolder* folder_;
};
SampleFolder* Smaller::folder_ = nullptr;

TEST_F(Smaller, WeightsArePrunedInRounds) {
    const std::string out = *folder_ / "sparse.safetensors";
    const CommandResult result = run(prune({"--amount", "0.9", "--rounds", "2", "--epochs", "2", "--out", out, "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const nlohmann::json json = result.json();
    ASSERT_EQ(json["rounds"].size(), 3u);
    EXPECT_NEAR(json["rounds"][1]["share"], 1 - std::sqrt(0.1), 1e-9);
    EXPECT_EQ(json["rounds"][2]["parameters"], json["rounds"][0]["parameters"]);
    const Network sparse = Network::load(out);
    std::uint64_t nonzero = 0, weights = 0, left = 0;
    for (const ParameterPtr& parameter : sparse.parameters()) {
        const auto count = static_cast<std::uint64_t>(std::count_if(parameter->values().begin(), parameter->values().end(), [](float v) { return v != 0; }));
        nonzero += count;
        if (parameter->shape().rank() < 2) continue;
        weights += parameter->values().size();
        left += count;
    }
    EXPECT_EQ(json["rounds"][2]["nonzero"], nonzero) << "what was fine-tuned is what was saved";
    EXPECT_NEAR(static_cast<double>(left), 0.1 * static_cast<double>(weights), 1);
    EXPECT_LT(json["compressed_bytes"][1], json["compressed_bytes"][0].get<double>() * 0.3);
    EXPECT_GT(json["rounds"][2]["test_accuracy"], 0.5) << "a bar per class is easy";
    EXPECT_TRUE(contains(result.err, "not zero")) << result.err;
}

TEST_F(Smaller, ChannelsArePrunedAndTheModelRuns) {
    const std::string out = *folder_ / "narrow.safetensors";
    const CommandResult result = run(prune({"--method", "channels", "--amount", "0.75", "--epochs", "2", "--out", out}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "multiply-adds") && contains(result.out, "speed: ") && contains(result.out, "model: " + out)) << result.out;
    EXPECT_EQ(Network::load(out).parameter("conv2d_1.weight")->shape(), (Shape{3, 3, 1, 8}));
    EXPECT_LT(io::read_file(out).size(), io::read_file(model()).size() / 2);
    EXPECT_EQ(run({"evaluate", "--model", out, "--data-dir", folder_->string()}).status, 0);
}

TEST_F(Smaller, AStudentLearnsFromATeacher) {
    const std::string out = *folder_ / "student.safetensors";
    const CommandResult result =
        run(train("feed-forward", {"--teacher", model(), "--temperature", "3", "--teacher-weight", "0.9", "--epochs", "6", "--out", out, "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const nlohmann::json json = result.json(), teaching = json["teaching"];
    EXPECT_EQ(json["settings"]["temperature"], 3);
    EXPECT_GT(teaching["agreement"], 0.5);
    EXPECT_EQ(teaching["student"]["test_accuracy"], json["test_accuracy"]);
    EXPECT_EQ(teaching["student"]["parameters"], 101770);
    EXPECT_EQ(teaching["teacher"]["file_bytes"], io::read_file(model()).size());
    EXPECT_TRUE(contains(result.err, "both name the same class for ")) << result.err;
    EXPECT_EQ(Network::load(out).parameters().size(), 4u) << "the teacher is not in the student's file";
}

TEST_F(Smaller, WrongUseIsNamed) {
    const auto error = [](const Words& words, int status, const std::string& part) {
        const CommandResult result = run(words);
        EXPECT_EQ(result.status, status) << result.err;
        EXPECT_TRUE(contains(result.err, part)) << result.err;
    };
    error(prune({"--method", "smallest"}), 2, "--method");
    error(prune({"--amount", "1"}), 2, "--amount");
    error(train("feed-forward", {"--temperature", "2"}), 1, "they need a --teacher");
    error(train("feed-forward", {"--teacher", *folder_ / "none.safetensors"}), 1, "none.safetensors");
    error(train("feed-forward", {"--teacher", model(), "--teacher-weight", "2"}), 2, "--teacher-weight");
    const std::string tiny = *folder_ / "tiny.json";
    write_text(tiny, R"({"format": 1, "layers": []})");
    error({"prune", "--model", tiny, "--data", "mnist", "--data-dir", folder_->string()}, 1, "tiny.json");
}

}  // namespace
}  // namespace hekla::test
