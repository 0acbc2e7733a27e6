// What a report finds worse than a budget, and what no budget allows.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "shader-report/comparison.h"
#include "support/expect_error.h"

namespace hekla::shader_report {
namespace {

Row row(const std::string& shader, double spills, double estimate, double share, bool chosen = true) {
    Row row;
    row.key = row.shader = shader;
    row.use.chosen = chosen;
    row.costs.spills = spills;
    row.costs.estimate = estimate;
    row.costs.multiply_adds = share;
    return row;
}

Baseline baseline(const std::string& shader, double spills, double estimate, double share) {
    return {"gpu", "driver", {{shader, row(shader, spills, estimate, share).costs}}};
}

std::string written(const std::string& name, const std::string& text) {
    const std::string path = (std::filesystem::path(testing::TempDir()) / name).string();
    std::ofstream(path) << text;
    return path;
}

TEST(ShaderComparison, TenPercentAreAllowed) {
    const std::vector rows = {row("a", 0, 110, 0.54)};
    EXPECT_TRUE(compare(rows, baseline("a", 0, 100, 0.6)).worse.empty());
}

TEST(ShaderComparison, MoreIsWorse) {
    const std::vector slower = {row("a", 0, 111, 0.6)}, thinner = {row("a", 0, 100, 0.53)}, spilling = {row("a", 1, 100, 0.6)};
    for (const auto& rows : {slower, thinner, spilling}) EXPECT_EQ(compare(rows, baseline("a", 0, 100, 0.6)).worse.size(), 1u);
}

TEST(ShaderComparison, BetterNewAndGoneAreTold) {
    const std::vector rows = {row("a", 0, 80, 0.6), row("b", 0, 1, 1)};
    Baseline before = baseline("a", 0, 100, 0.6);
    before.pipelines["c"] = {};
    const Comparison result = compare(rows, before);
    EXPECT_EQ(result.better.size(), 1u);
    EXPECT_EQ(result.unknown, std::vector<std::string>{"b"});
    EXPECT_EQ(result.gone, std::vector<std::string>{"c"});
    EXPECT_TRUE(result.worse.empty());
}

TEST(ShaderComparison, OnlyChosenPipelinesMustNotSpill) {
    Row refused = row("r", 0, 0, 0, false);
    refused.failure = "vkCreateComputePipelines failed";
    const std::vector rows = {row("a", 3, 1, 1), row("b", 3, 1, 1, false), refused};
    const std::vector<std::string> lines = forbidden(rows);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_NE(lines[0].find("a: a kernel chosen by default spills (3)"), std::string::npos);
    EXPECT_NE(lines[1].find("r: refused"), std::string::npos);
}

TEST(ShaderComparison, AReportIsReadBackAsItWasWritten) {
    std::vector rows = {row("a", 0, 100, 0.5)};
    rows[0].constants = "tile_m=8";
    rows[0].key = "a tile_m=8";
    vulkan::GpuInfo gpu;
    gpu.name = "a \"GPU\"";
    gpu.driver = "driver 1";
    const Baseline read = read_baseline(written("report.json", report_text(gpu, rows)));
    EXPECT_EQ(read.device, gpu.name);
    EXPECT_EQ(read.driver, gpu.driver);
    ASSERT_TRUE(read.pipelines.contains("a tile_m=8"));
    EXPECT_EQ(read.pipelines.at("a tile_m=8").estimate, 100);
    EXPECT_EQ(read.pipelines.at("a tile_m=8").registers, std::nullopt);
}

TEST(ShaderComparison, ABadBudgetIsAnErrorWithItsName) {
    const auto message = [](const std::string& path) { return tests::error_of(ErrorCode::invalid_file, [&] { read_baseline(path); }); };
    EXPECT_NE(message("/nowhere/budget.json").find("/nowhere/budget.json"), std::string::npos);
    EXPECT_NE(message(written("truncated.json", "{\"device\": \"x\"")).find("truncated.json"), std::string::npos);
    EXPECT_NE(message(written("other.json", "{\"device\": 3}")).find("other.json"), std::string::npos);
}

}  // namespace
}  // namespace hekla::shader_report
