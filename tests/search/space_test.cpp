// The file of a search, and what is drawn from it.

#include "search/space.h"

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/nn.h>

#include <cmath>
#include <map>
#include <set>

#include "search/candidate.h"

namespace hekla::search {
namespace {

std::string refusal(const std::string& text) {
    try {
        parse_space(text, "own.json");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_file);
        return error.what();
    }
    return "accepted";
}

testing::AssertionResult refuses(const std::string& text, const std::string& part) {
    const std::string message = refusal(text);
    if (message.find("[search] 'own.json': ") == 0 && message.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << text << ": " << message;
}

TEST(SearchSpace, SaysWhatIsWrongAndWhatIsAllowed) {
    EXPECT_TRUE(refuses("{", "it is no JSON"));
    EXPECT_TRUE(refuses("[1]", "must be an object"));
    EXPECT_TRUE(refuses(R"({"rate": 1})", "there is no setting \"rate\"; there are: network, blocks, filters"));
    EXPECT_TRUE(refuses(R"({"kernel": 2.5})", "\"kernel\" can't be 2.5: it is a whole number from 1 to 31"));
    EXPECT_TRUE(refuses(R"({"kernel": [3, 99]})", "can't be 99"));
    EXPECT_TRUE(refuses(R"({"kernel": []})", "empty list"));
    EXPECT_TRUE(refuses(R"({"activation": ["relu", "rely"]})", R"(can't be "rely": it is one of relu, leaky_relu)"));
    EXPECT_TRUE(refuses(R"({"optimizer": "adma"})", "one of sgd"));
    EXPECT_TRUE(refuses(R"({"init": "he"})", "he_normal"));
    EXPECT_TRUE(refuses(R"({"batch_norm": 1})", "true or false"));
    EXPECT_TRUE(refuses(R"({"network": "lenet"})", "lenet-cifar10"));
    EXPECT_TRUE(refuses(R"({"learning_rate": {"log_uniform": [0, 1]}})", "can't be 0"));
    EXPECT_TRUE(refuses(R"({"weight_decay": {"log_uniform": [0, 1]}})", "LOW must be above 0"));
    EXPECT_TRUE(refuses(R"({"learning_rate": {"log_uniform": [1, 0.1]}})", "LOW at most HIGH"));
    EXPECT_TRUE(refuses(R"({"learning_rate": {"logarithmic": [0.1, 1]}})", "log_uniform"));
    EXPECT_TRUE(refuses(R"({"learning_rate": {"uniform": [0.1]}})", "LOW at most HIGH"));
    EXPECT_TRUE(refuses(R"({"blocks": {"uniform": [1, 3]}})", R"({"integers": [LOW, HIGH]})"));
    EXPECT_TRUE(refuses(R"({"dropout": {"integers": [0.1, 0.5]}})", "integers between numbers that are none"));
    EXPECT_TRUE(refuses(R"({"activation": {"uniform": ["relu", "elu"]}})", "can't be"));
}

TEST(SearchSpace, HasADefaultForEverySetting) {
    const Json values = sample(parse_space("{}", "own.json"), 5, 0);
    EXPECT_EQ(values.size(), setting_names().size());
    for (const std::string& name : setting_names()) EXPECT_EQ(values.at(name), default_of(name)) << name;
}

const char* const example = R"({"learning_rate": {"log_uniform": [1e-4, 1e-1]}, "dropout": {"uniform": [0.1, 0.5]},
                                "blocks": {"integers": [1, 3]}, "filters": [8, 16, 32], "kernel": 5})";

TEST(SearchSpace, DrawsWithinTheRangesAndEvenly) {
    const Space space = parse_space(example, "own.json");
    std::map<int, int> blocks, filters;
    int small_rates = 0;
    double dropout = 0;
    for (std::uint32_t trial = 0; trial < 3000; ++trial) {
        const Json values = sample(space, 1, trial);
        ++blocks[values.at("blocks").get<int>()];
        ++filters[values.at("filters").get<int>()];
        const double rate = values.at("learning_rate").get<double>();
        ASSERT_TRUE(rate >= 1e-4 && rate <= 1e-1) << rate;
        small_rates += rate < std::sqrt(1e-4 * 1e-1);
        dropout += values.at("dropout").get<double>() / 3000;
        ASSERT_EQ(values.at("kernel"), 5);
    }
    ASSERT_EQ(blocks.size(), 3u);
    ASSERT_EQ(filters.size(), 3u);
    // Four deviations of a binomial count.
    for (const auto& counts : {blocks, filters})
        for (const auto& [value, count] : counts) EXPECT_NEAR(count, 1000, 4 * 26) << value;
    EXPECT_NEAR(small_rates, 1500, 4 * 28) << "half of the logarithms lie below the middle";
    EXPECT_NEAR(dropout, 0.3, 4 * 0.0021);
}

TEST(SearchSpace, DrawsTheSameOfASeedWhateverElseIsSearched) {
    const Space space = parse_space(example, "own.json"), smaller = parse_space(R"({"filters": [8, 16, 32]})", "own.json");
    std::set<std::string> different;
    for (std::uint32_t trial = 0; trial < 20; ++trial) {
        EXPECT_EQ(sample(space, 7, trial), sample(space, 7, trial));
        EXPECT_EQ(sample(space, 7, trial).at("filters"), sample(smaller, 7, trial).at("filters"));
        different.insert(sample(space, 7, trial).dump());
        different.insert(sample(space, 7ull << 32, trial).dump());
    }
    EXPECT_EQ(different.size(), 40u);
}

TEST(SearchCandidate, IsTheNetworkOfItsSettings) {
    Json values = sample(parse_space(R"({"blocks": 2, "filters": 4, "widening": 2, "dense": 6, "dropout": 0.25, "kernel": 5, "batch_norm": true})", "own.json"), 0, 0);
    Network net = network_of(values, 10);
    const std::vector<std::string> names = {"conv2d_1", "batch_norm_1", "relu_1", "max_pool2d_1", "conv2d_2", "batch_norm_2", "relu_2", "max_pool2d_2",
                                            "flatten_1", "dense_1", "batch_norm_3", "relu_3", "dropout_1", "dense_2"};
    EXPECT_EQ(net.layer_names(), names);
    net.build({.image_shape = {8, 8, 1}, .classes = {}}, 1);
    EXPECT_EQ(net.parameter("conv2d_2.weight")->shape(), (Shape{5, 5, 4, 8}));
    values["network"] = "dense";
    values["blocks"] = 3;
    values["batch_norm"] = false;
    EXPECT_EQ(network_of(values, 10).layer_names().size(), 1u + 3 * 3 + 1);
    values["network"] = "keras-mnist";
    EXPECT_EQ(network_of(values, 10).layer_names(), recipe("keras-mnist").network.layer_names());
    values["network"] = "convolutional";
    values["filters"] = 4096;
    values["widening"] = 4;
    values["blocks"] = 16;
    EXPECT_THROW(network_of(values, 10), Error);
}

}  // namespace
}  // namespace hekla::search
