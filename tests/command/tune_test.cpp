// `hekla tune`, --tune, --choices and --write-choices.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <filesystem>
#include <optional>

#include "run_command.h"
#include "sample_data.h"
#include "support/scoped_variable.h"

namespace hekla::test {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A cache folder and data of the test's own.
class TuneCommand : public testing::Test {
  protected:
    TuneCommand() { write_sample_mnist(folder_, 64, 20); }

    CommandResult train(const Words& more) const {
        Words words = {"train", "--network", "feed-forward", "--data", "mnist", "--data-dir", folder_.string(),
                       "--epochs", "1", "--out", model(), "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    std::string model() const { return folder_ / "model.safetensors"; }
    std::optional<std::filesystem::path> remembered() const {
        const std::filesystem::path folder = folder_ / "cache/hekla";
        if (!std::filesystem::exists(folder)) return std::nullopt;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().extension() == ".txt") return entry.path();
        return std::nullopt;
    }

    SampleFolder folder_;
    ScopedVariable cache_{"XDG_CACHE_HOME", (folder_ / "cache").c_str()};
};

TEST_F(TuneCommand, PrintsAndRemembers) {
    const CommandResult result = run({"tune", "feed-forward", "--batch", "8", "--limit-s", "5", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const Json json = result.json();
    EXPECT_TRUE(json.at("quarantined").empty());
    std::size_t timed = 0;
    for (const Json& one : json.at("results")) {
        if (one.contains("untimed")) continue;
        ++timed;
        EXPECT_LE(one.at("best_ms"), one.at("heuristics_ms")) << one;
        EXPECT_GE(one.at("candidates"), one.at("timed")) << one;
        EXPECT_TRUE(one.at("best") != one.at("heuristics") || one.at("gain") == 1.0) << one;
    }
    EXPECT_GT(timed, 3u);
    ASSERT_TRUE(remembered());
    EXPECT_FALSE(train({"--tune", "off"}).err.find("tuned") != std::string::npos);
    const CommandResult text = run({"tune", "feed-forward", "--batch", "8", "--limit-s", "2"});
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_TRUE(contains(text.out, "problem") && contains(text.out, "gain") && contains(text.out, "matmul 1x8x784 by 128")) << text.out;
}

TEST_F(TuneCommand, ChoicesRepeatARun) {
    const std::string choices = folder_ / "a.choices";
    const CommandResult first = train({"--write-choices", choices});
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_FALSE(remembered()) << "nothing is tuned unless asked for";
    const std::string hash = first.json().at("choices_sha256");
    EXPECT_EQ(hash.size(), 64u);
    const Json inspected = run({"inspect", model(), "--json"}).json();
    EXPECT_EQ(inspected.at("choices_sha256"), hash);
    EXPECT_GT(inspected.at("choices").size(), 5u);

    const CommandResult tuned = train({"--tune", "quick"});
    ASSERT_EQ(tuned.status, 0) << tuned.err;
    EXPECT_TRUE(contains(tuned.err, "note: tuned ")) << tuned.err;
    ASSERT_TRUE(remembered());
    const CommandResult again = train({"--tune", "full", "--choices", choices});
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(again.json().at("weights_sha256"), first.json().at("weights_sha256"));
    EXPECT_EQ(again.json().at("test_loss"), first.json().at("test_loss"));
    // The model file is such a list too.
    const CommandResult by_model = train({"--choices", model()});
    ASSERT_EQ(by_model.status, 0) << by_model.err;
    EXPECT_EQ(by_model.json().at("weights_sha256"), first.json().at("weights_sha256"));
    const CommandResult evaluated =
        run({"evaluate", "--model", model(), "--data-dir", folder_.string(), "--write-choices", folder_ / "e.choices", "--json"});
    ASSERT_EQ(evaluated.status, 0) << evaluated.err;
    EXPECT_EQ(run({"evaluate", "--model", model(), "--data-dir", folder_.string(), "--choices", folder_ / "e.choices", "--json"}).json().at("test_loss"),
              evaluated.json().at("test_loss"));
}

TEST_F(TuneCommand, ADamagedCacheIsToldOnce) {
    ASSERT_EQ(run({"tune", "feed-forward", "--limit-s", "1"}).status, 0);
    ASSERT_TRUE(remembered());
    const std::string path = remembered()->string(), whole = io::read_file(path);
    write_text(path, whole.substr(0, whole.size() / 2));
    const CommandResult result = train({});
    ASSERT_EQ(result.status, 0) << result.err;
    const std::size_t at = result.err.find("remembered kernel choices are ignored");
    ASSERT_NE(at, std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("remembered kernel choices are ignored", at + 1), std::string::npos) << result.err;
}

TEST_F(TuneCommand, WrongChoicesAreErrors) {
    const std::string choices = folder_ / "a.choices";
    ASSERT_EQ(train({"--write-choices", choices}).status, 0);
    std::string text = io::read_file(choices);
    const std::size_t tab = text.find('\t');
    text.replace(tab + 1, text.find('\n', tab) - tab - 1, "of another engine");
    write_text(choices, text);
    std::filesystem::remove(model());
    const CommandResult result = train({"--choices", choices});
    EXPECT_EQ(result.status, 1);
    EXPECT_TRUE(contains(result.err, "'of another engine'") && contains(result.err, choices)) << result.err;
    EXPECT_FALSE(std::filesystem::exists(model()));
    write_text(choices, text.substr(0, text.size() - 4));
    EXPECT_TRUE(contains(train({"--choices", choices}).err, choices));
    EXPECT_EQ(train({"--choices", folder_ / "none"}).status, 1);
    EXPECT_EQ(train({"--write-choices", folder_ / "no folder/x"}).status, 1);
    EXPECT_EQ(train({"--tune", "much"}).status, 2);
    EXPECT_EQ(run({"tune"}).status, 2);
    EXPECT_EQ(run({"tune", "feed-forward", "--quick", "--full"}).status, 2);
    EXPECT_EQ(run({"tune", "keras-mnits"}).status, 1);
}

}  // namespace
}  // namespace hekla::test
