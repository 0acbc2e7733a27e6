// `hekla train --print-every`, and the losses of integer and one-hot labels.

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Json = nlohmann::json;

class TrainLosses : public testing::Test {
  protected:
    TrainLosses() { write_sample_mnist(folder_, 90, 20); }
    CommandResult train(const std::string& network, const std::vector<std::string>& more) const {
        std::vector<std::string> words = {"train", "--network", network, "--data", "mnist", "--data-dir", folder_.string(), "--out", folder_ / "m.safetensors",
                                          "--log", log(), "--seed", "3"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    std::string log() const { return folder_ / "log.jsonl"; }
    std::vector<double> losses() const {
        std::vector<double> losses;
        std::ifstream file(log());
        for (std::string line; std::getline(file, line);)
            if (const Json json = Json::parse(line); json.contains("step")) losses.push_back(json.at("loss"));
        return losses;
    }
    SampleFolder folder_;
};

TEST_F(TrainLosses, ArePrintedEverySoManySteps) {
    const CommandResult result = train("feed-forward", {"--batch", "10", "--epochs", "2", "--print-every", "4"});
    ASSERT_EQ(result.status, 0) << result.err;
    const std::vector<double> all = losses();
    ASSERT_EQ(all.size(), 18u);
    std::vector<std::string> expected;
    for (std::size_t epoch = 0; epoch < 2; ++epoch)
        for (std::size_t step : {4, 8}) {
            double sum = 0;
            for (std::size_t i = step - 4; i < step; ++i) sum += all[epoch * 9 + i];
            char text[64];
            std::snprintf(text, sizeof text, "\n[%zu, %5zu] loss: %.3f\n", epoch + 1, step, sum / 4);
            expected.emplace_back(text);
        }
    for (const std::string& line : expected) EXPECT_NE(("\n" + result.err).find(line), std::string::npos) << line << result.err;
    std::size_t lines = 0;
    for (std::size_t at = result.err.find("] loss: "); at != std::string::npos; at = result.err.find("] loss: ", at + 1)) ++lines;
    EXPECT_EQ(lines, 4u) << "what is left at an epoch's end has no line";
}

TEST_F(TrainLosses, OfIntegerAndOneHotLabelsAreTheSame) {
    ASSERT_EQ(train("keras-mnist", {"--epochs", "3", "--batch", "8", "--loss", "integer"}).status, 0);
    const std::vector<double> integer = losses();
    ASSERT_EQ(train("keras-mnist", {"--epochs", "3", "--batch", "8", "--loss", "one-hot"}).status, 0);
    const std::vector<double> one_hot = losses();
    ASSERT_EQ(integer.size(), 36u);
    ASSERT_EQ(one_hot.size(), integer.size());
    for (std::size_t i = 0; i < integer.size(); ++i) EXPECT_NEAR(one_hot[i], integer[i], 1e-6 * integer[i]) << "step " << i;
    EXPECT_LT(integer.back(), integer.front());
}

}  // namespace
}  // namespace hekla::test
