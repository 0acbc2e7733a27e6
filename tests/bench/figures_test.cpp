// The arithmetic of `hekla bench`, without a device.

#include <gtest/gtest.h>

#include <cmath>

#include "bench/figures.h"
#include "bench/rounds.h"

namespace hekla::tests {
namespace {

using namespace bench;

TEST(Rounds, BestAndMedian) {
    const std::vector<double> odd = {5, 1, 3}, even = {4, 1, 3, 10}, one = {2};
    EXPECT_EQ(timing_of(odd).best_ms, 1);
    EXPECT_EQ(timing_of(odd).median_ms, 3);
    EXPECT_EQ(timing_of(even).median_ms, 3.5);
    EXPECT_EQ(timing_of(even).rounds, 4u);
    EXPECT_EQ(timing_of(one).best_ms, 2);
    EXPECT_EQ(timing_of(one).median_ms, 2);
}

TEST(Rounds, RepeatsFillTheBudget) {
    const Budget budget{.seconds = 0.8};
    EXPECT_EQ(repeats_for(10, budget, 8, 256), 10u);      // 100 ms a round
    EXPECT_EQ(repeats_for(1000, budget, 8, 256), 1u);     // longer than all of it: once
    EXPECT_EQ(repeats_for(1e-6, budget, 8, 256), 256u);
    EXPECT_EQ(repeats_for(0, budget, 8, 256), 256u);      // shorter than the clock sees
    EXPECT_EQ(repeats_for(std::nan(""), budget, 8, 256), 256u);
}

TEST(Rounds, Rates) {
    EXPECT_DOUBLE_EQ(giga_per_second(2e9, 1000), 2);
    EXPECT_EQ(giga_per_second(2e9, 0), 0);
    EXPECT_DOUBLE_EQ(expected_seconds(6e9, 2), 3);
    EXPECT_TRUE(std::isinf(expected_seconds(1, 0)));
}

Figure images(const char* name, double per_second) { return {.name = name, .unit = Unit::images_per_second, .value = per_second}; }

TEST(Recommended, FastestAtTheNetworksThatAllRan) {
    std::vector<Figures> devices(3);
    EXPECT_EQ(recommended({}), 0u);
    devices[0].peak_gflops = 10;
    devices[1].peak_gflops = 30;
    devices[2].peak_gflops = 20;
    EXPECT_EQ(recommended(devices), 1u) << "no network: the highest peak";
    devices[0].results = {images("a", 100), images("b", 100)};
    devices[1].results = {images("a", 90), images("b", 90), images("c", 9000)};
    devices[2].results = {images("a", 10), images("b", 2000)};
    EXPECT_EQ(recommended(devices), 2u) << "c was not measured everywhere";
}

TEST(FiguresJson, IsTheContract) {
    Collector collector;
    std::vector<std::string> told;
    collector.on_figure = [&](const Figure& figure) { told.push_back(figure.name); };
    collector.add({"matmul/8", Unit::gflops, 2, 0.5, 1, 1.5, "fast"});
    Figure network = images("train/x/4", 7);
    network.more["cpu_us_per_step"] = 3;
    collector.add(network);
    collector.leave_out("matmul/9", "too long");
    const Json json = to_json(collector.figures);
    EXPECT_EQ(told, (std::vector<std::string>{"matmul/8", "train/x/4"}));
    EXPECT_EQ(json["results"][0], (Json{{"name", "matmul/8"}, {"gflops", 2.0}, {"fraction_of_peak", 0.5}, {"milliseconds", 1.0}, {"median_ms", 1.5}, {"kernel", "fast"}}));
    EXPECT_EQ(json["results"][1]["images_per_second"], 7.0);
    EXPECT_TRUE(json["results"][1]["fraction_of_peak"].is_null());
    EXPECT_TRUE(json["results"][1]["kernel"].is_null());
    EXPECT_EQ(json["results"][1]["cpu_us_per_step"], 3);
    EXPECT_EQ(json["left_out"][0]["reason"], "too long");
}

}  // namespace
}  // namespace hekla::tests
