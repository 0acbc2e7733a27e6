// `hekla search`.

#include <gtest/gtest.h>
#include <hekla/nn.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class SearchCommand : public testing::Test {
  protected:
    SearchCommand() { write_sample_mnist(folder_, 160, 40); }

    CommandResult search(const std::string& file, const Words& more) const {
        write_text(folder_ / "search.json", file);
        Words words = {"search", folder_ / "search.json", "--data", "mnist", "--data-dir", folder_.string()};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    SampleFolder folder_;
};

/// Small networks, and rates of which the largest leads nowhere.
const char* const space = R"({"blocks": [1, 2], "filters": [2, 4], "dense": [0, 16], "learning_rate": [1e-6, 0.003, 0.01], "batch": 16,
                              "activation": ["relu", "tanh"], "seed": {"integers": [0, 9]}})";

/// What must be the same in another run.
Json without_seconds(Json json) {
    for (Json& trial : json.at("trials")) trial.erase("seconds");
    return json;
}

TEST_F(SearchCommand, TriesKeepsTheBestAndRepeatsItself) {
    const std::string model = folder_ / "best.safetensors";
    const Words words = {"--trials", "8", "--epochs", "3", "--seed", "2", "--test", "--out", model, "--json"};
    const CommandResult result = search(space, words);
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    ASSERT_EQ(json.at("trials").size(), 8u);
    double best = 0;
    int stopped = 0;
    for (const Json& trial : json.at("trials")) {
        const auto accuracies = trial.at("validation_accuracies").get<std::vector<double>>();
        EXPECT_GT(trial.at("parameters"), 0);
        EXPECT_GT(trial.at("multiply_adds"), 0);
        EXPECT_EQ(trial.at("end") == "complete", accuracies.size() == 3) << trial;
        stopped += trial.at("end") == "stopped early";
        for (double accuracy : accuracies) best = std::max(best, accuracy);
    }
    EXPECT_GT(stopped, 0) << json;
    EXPECT_EQ(json.at("best_validation_accuracy"), best);
    EXPECT_GT(best, 0.5) << json;
    EXPECT_TRUE(contains(result.err, "trial  accuracy  epochs  seconds  parameters  multiply-adds")) << result.err;
    EXPECT_EQ(without_seconds(search(space, words).json()), without_seconds(json));
    // The model is what was judged.
    const CommandResult evaluated = run({"evaluate", "--model", model, "--data", "mnist", "--data-dir", folder_.string(), "--json"});
    EXPECT_EQ(evaluated.json().at("test_accuracy"), json.at("test_accuracy"));
}

TEST_F(SearchCommand, ReportsATrialThatFailsAndGoesOn) {
    // A rate that overflows within a few steps, and networks whose pools shrink the picture to nothing.
    const CommandResult result = search(R"({"blocks": [1, 9], "filters": 2, "widening": 1, "dense": 0, "optimizer": "sgd", "learning_rate": [0.01, 1e6],
                                            "activation": "leaky_relu", "batch": 4})",
                                        {"--trials", "12", "--epochs", "1", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    int failed = 0, diverged = 0, invalid = 0;
    const Json json = result.json();
    for (const Json& trial : json.at("trials")) {
        if (trial.at("end") != "failed") continue;
        ++failed;
        diverged += contains(trial.at("reason"), "[fit] the ");
        invalid += contains(trial.at("reason"), "[network] layer max_pool2d_");
        EXPECT_FALSE(trial.contains("validation_accuracy"));
    }
    EXPECT_GT(diverged, 0) << json;
    EXPECT_GT(invalid, 0) << json;
    EXPECT_EQ(failed, diverged + invalid) << json;
    EXPECT_LT(failed, 12);
    EXPECT_FALSE(json.contains("test_accuracy")) << "the test set is not looked at unasked";
    const CommandResult hopeless = search(R"({"blocks": 9})", {"--trials", "2"});
    EXPECT_EQ(hopeless.status, 1);
    EXPECT_TRUE(contains(hopeless.err, "no trial completed an epoch")) << hopeless.err;
    EXPECT_TRUE(contains(hopeless.out, "failed: [network] layer max_pool2d_")) << hopeless.out;
}

TEST_F(SearchCommand, PrintsWhatItHasWhenInterrupted) {
    write_text(folder_ / "search.json", space);
    RunningCommand running({"search", folder_ / "search.json", "--data", "mnist", "--data-dir", folder_.string(), "--trials", "5000", "--json"});
    for (int i = 0; i < 6000 && running.running() && !contains(running.errors_so_far(), "trial 1:"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    running.send(SIGINT);
    const CommandResult result = running.wait();
    EXPECT_EQ(result.status, 130) << result.err;
    const Json json = result.json();
    EXPECT_EQ(json.at("interrupted"), true);
    EXPECT_GE(json.at("trials").size(), 2u);
    EXPECT_LT(json.at("trials").size(), 5000u);
    EXPECT_TRUE(contains(result.err, "best: trial ")) << result.err;
}

TEST_F(SearchCommand, SaysWhatIsWrong) {
    const CommandResult setting = search(R"({"rate": 0.1})", {});
    EXPECT_EQ(setting.status, 1);
    EXPECT_TRUE(contains(setting.err, "search.json': there is no setting \"rate\"; there are: network")) << setting.err;
    const CommandResult split = search("{}", {"--validation-split", "0"});
    EXPECT_EQ(split.status, 1);
    EXPECT_TRUE(contains(split.err, "[--validation-split] of 160 images 0 would be held out")) << split.err;
    EXPECT_EQ(search("{}", {"--trials", "0"}).status, 2);
    EXPECT_EQ(run({"search", folder_ / "none.json", "--data", "mnist"}).status, 1);
}

TEST_F(SearchCommand, TakesTheExample) {
    const CommandResult result = run({"search", HEKLA_SOURCE_DIR "/examples/search_mnist.json", "--data", "mnist", "--data-dir", folder_.string(), "--trials", "3",
                                      "--epochs", "1", "--limit", "64"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "learning_rate")) << result.out;
}

}  // namespace
}  // namespace hekla::test
