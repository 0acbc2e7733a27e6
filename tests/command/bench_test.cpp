// `hekla bench`: the JSON that others rely on, and what its figures must satisfy on any device.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>

#include "run_command.h"

namespace hekla::test {
namespace {

using nlohmann::json;

/// Results by name, each with the members of the contract.
std::map<std::string, json> results_of(const json& measured) {
    std::map<std::string, json> results;
    EXPECT_TRUE(measured.at("device").is_string());
    EXPECT_TRUE(measured.at("driver").is_string());
    EXPECT_GT(measured.at("peak_gflops"), 0.0);
    EXPECT_GT(measured.at("copy_gbps"), 0.0);
    for (const json& result : measured.at("results")) {
        const std::string name = result.at("name");
        EXPECT_TRUE(results.emplace(name, result).second) << name << " twice";
        EXPECT_TRUE(result.contains("fraction_of_peak") && result.contains("kernel")) << result;
        int figures = 0;
        for (const char* figure : {"gflops", "gbps", "images_per_second"}) figures += result.contains(figure) ? 1 : 0;
        if (name.starts_with("memory/")) EXPECT_TRUE(result.contains("planned_of_bound")) << result;
        else EXPECT_EQ(figures, 1) << result;
        EXPECT_LE(result.at("milliseconds"), result.at("median_ms")) << result;
    }
    return results;
}

/// A kernel faster than the peak by more than noise means that the peak is none.
void expect_fraction(const json& result) {
    EXPECT_GT(result.at("milliseconds"), 0.0) << result;
    EXPECT_GT(result.at("fraction_of_peak"), 0.0) << result;
    EXPECT_LE(result.at("fraction_of_peak"), 1.3) << result;
}

/// Not as a part of a longer word: a host may be called "vm", and "llvmpipe" is no name of it.
bool has_word(const std::string& text, const std::string& word) {
    const auto in_word = [&](std::size_t at) { return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])); };
    for (std::size_t at = text.find(word); !word.empty() && at != std::string::npos; at = text.find(word, at + 1))
        if (!in_word(at - 1) && !in_word(at + word.size())) return true;
    return false;
}

TEST(Bench, PeakAndProducts) {
    const CommandResult run_result = run({"bench", "peak", "matmul", "--json", "--seconds", "0.02", "--longest", "0.5"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const json measured = run_result.json();
    const auto results = results_of(measured);
    double best = 0;
    for (const char* name : {"peak/fma/8", "peak/fma/28", "peak/a*b+c/8", "peak/a*b+c/28", "copy/x1/storage", "copy/vkCmdCopyBuffer", "matmul/128"}) {
        ASSERT_TRUE(results.contains(name)) << name;
        expect_fraction(results.at(name));
    }
    for (const auto& [name, result] : results)
        if (name.starts_with("peak/")) best = std::max(best, result.at("gflops").get<double>());
    EXPECT_EQ(measured.at("peak_gflops"), best);
    const json& product = results.at("matmul/128");
    EXPECT_NEAR(product.at("gflops").get<double>(), 2.0 * 128 * 128 * 128 / (product.at("milliseconds").get<double>() * 1e6), 1e-3);
    EXPECT_NEAR(product.at("fraction_of_peak").get<double>(), product.at("gflops").get<double>() / best, 1e-6);
    EXPECT_TRUE(product.at("kernel").is_string()) << product;
    // Every size was measured or is named as left out.
    for (const char* name : {"matmul/2048", "matmul/4096"}) {
        bool told = results.contains(name);
        for (const json& item : measured.at("left_out")) told = told || (item.at("name") == name && !item.at("reason").get<std::string>().empty());
        EXPECT_TRUE(told) << name;
    }
}

TEST(Bench, Networks) {
    const CommandResult run_result =
        run({"bench", "train", "infer", "memory", "--network", "feed-forward", "--json", "--seconds", "0.02"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const auto results = results_of(run_result.json());
    for (const char* name : {"train/feed-forward/32", "infer/feed-forward/32"}) {
        ASSERT_TRUE(results.contains(name)) << name;
        const json& result = results.at(name);
        expect_fraction(result);
        EXPECT_GT(result.at("cpu_us_per_step"), 0.0);
        EXPECT_GE(result.at("dispatches_per_step"), result.at("barriers_per_step"));
    }
    const json& training = results.at("train/feed-forward/32");
    EXPECT_GT(training.at("layers").size(), 3u);
    for (const json& layer : training.at("layers")) EXPECT_GT(layer.at("milliseconds"), 0.0) << layer;
    EXPECT_GT(training.at("first_step_ms").at("cold"), 0.0) << training;
    EXPECT_GT(training.at("first_step_ms").at("warm"), 0.0) << training;
    EXPECT_GE(results.at("memory/feed-forward/32").at("planned_of_bound"), 1.0);
}

TEST(Bench, BriefGivesTheSpeedAlone) {
    const CommandResult run_result = run({"bench", "infer", "--network", "feed-forward", "--batch", "8", "--brief", "--json", "--seconds", "0.01"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const json measured = run_result.json();
    ASSERT_EQ(measured.at("results").size(), 1u) << measured;
    const json& result = measured.at("results")[0];
    EXPECT_EQ(result.at("name"), "infer/feed-forward/8");
    EXPECT_GT(result.at("images_per_second"), 0.0);
    EXPECT_TRUE(result.at("fraction_of_peak").is_null()) << result;
}

TEST(Bench, ConvolutionsOfANetworkAndTheirSum) {
    const CommandResult run_result = run({"bench", "conv", "--network", "squeezenet", "--brief", "--json", "--seconds", "0.01"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const json measured = run_result.json();
    double sum = 0;
    int layers = 0;
    for (const json& result : measured.at("results")) {
        if (result.at("name") == "conv/squeezenet/sum") continue;
        sum += result.at("layers").get<double>() * result.at("milliseconds").get<double>();
        layers += result.at("layers").get<int>();
    }
    const json& total = measured.at("results").back();
    EXPECT_EQ(total.at("name"), "conv/squeezenet/sum");
    EXPECT_EQ(layers, 26);
    EXPECT_EQ(total.at("layers"), 26);
    EXPECT_NEAR(total.at("milliseconds").get<double>(), sum, 1e-6 * sum);
}

TEST(Bench, AllDevicesMarkOne) {
    const CommandResult run_result = run({"bench", "peak", "--device", "all", "--json", "--seconds", "0.01"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const json measured = run_result.json();
    int recommended = 0;
    for (const json& device : measured.at("devices")) {
        results_of(device);
        if (!device.at("recommended")) continue;
        ++recommended;
        EXPECT_EQ(device.at("index"), measured.at("recommended"));
    }
    EXPECT_EQ(recommended, 1);
}

TEST(Bench, ReportTellsNoNames) {
    const CommandResult run_result = run({"bench", "report", "--network", "feed-forward", "--seconds", "0.005", "--longest", "0.05"});
    ASSERT_EQ(run_result.status, 0) << run_result.err;
    const json measured = run_result.json();  // without --json too
    results_of(measured);
    EXPECT_GT(measured.at("self_tests").at("tested"), 20);
    EXPECT_TRUE(measured.at("self_tests").at("quarantined").empty()) << measured.at("self_tests");
    std::array<char, 256> host{};
    ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
    const char *home = std::getenv("HOME"), *user = std::getenv("USER");
    for (const char* name : {static_cast<const char*>(host.data()), home, user})
        EXPECT_FALSE(name && has_word(run_result.out, name)) << name;
    EXPECT_EQ(run_result.out.find(HEKLA_SOURCE_DIR), std::string::npos);
}

TEST(Bench, WrongUse) {
    EXPECT_EQ(run({"bench", "speed"}).status, 2);
    EXPECT_EQ(run({"bench", "--seconds", "0"}).status, 2);
    EXPECT_EQ(run({"bench", "--batch", "0"}).status, 2);
    const CommandResult convolutions_alone = run({"bench", "train", "--network", "resnet18"});
    EXPECT_EQ(convolutions_alone.status, 1);
    EXPECT_NE(convolutions_alone.err.find("conv --network resnet18"), std::string::npos) << convolutions_alone.err;
    const CommandResult unknown = run({"bench", "train", "--network", "keras-mnits"});
    EXPECT_EQ(unknown.status, 1);
    EXPECT_NE(unknown.err.find("keras-mnist"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace hekla::test
