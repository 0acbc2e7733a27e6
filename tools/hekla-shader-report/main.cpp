// hekla-shader-report: what a driver's compiler makes of every pipeline that the engine can create. Nothing is submitted, so
// it also runs on drivers whose hardware is absent (RADV_FORCE_FAMILY=NAVI21, stub drivers).
// Exit status: 0, 1 if something is forbidden or an Error happened, 3 if something became worse than --compare or --budget, or the budget is of other pipelines.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <span>

#include <CLI/CLI.hpp>
#include <hekla/error.h>

#include "shader-report/comparison.h"

namespace {

using namespace hekla;
using namespace hekla::shader_report;

struct Options {
    std::string device, network, compare, budget, write_budget, dump;
    bool json = false, defaults = false;
};

Options parse(int argc, char** argv) {
    CLI::App app("What a driver's compiler makes of every pipeline that the engine can create, without submitting one");
    Options options;
    app.add_option("--device", options.device, "index or part of a name");
    app.add_option("--network", options.network, "only the pipelines of this network's training step");
    app.add_flag("--defaults", options.defaults, "only the pipelines that the heuristics choose");
    app.add_flag("--json", options.json, "one JSON object on standard output");
    app.add_option("--compare", options.compare, "an earlier --json: mark what became worse by more than 10 %");
    app.add_option("--budget", options.budget, "a stored budget: fail if a pipeline is refused, or a chosen one spills, became worse by more than 10 % or is not in it");
    app.add_option("--write-budget", options.write_budget, "show what changed since this budget was written, and write it anew");
    app.add_option("--dump", options.dump, "print all that the driver tells of the pipelines of this shader");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 2);
    }
    return options;
}

void dump(vulkan::Device& device, const std::map<vulkan::Variant, Use>& all, const std::string& shader) {
    for (const auto& [variant, use] : all) {
        if (variant.shader->name != shader) continue;
        std::printf("==== %s %s\nfor %s, %s\n", variant.shader->name, constants_text(variant).c_str(), use.problem.c_str(), use.implementation.c_str());
        for (const vulkan::PipelineReport& report : vulkan::report_pipeline(device, device.pipelines().get(variant))) {
            for (const vulkan::PipelineStatistic& statistic : report.statistics)
                std::printf("%s = %g\n", statistic.name.c_str(), statistic.value);
            for (const vulkan::PipelineText& text : report.texts) std::printf("---- %s\n%s\n", text.name.c_str(), text.text.c_str());
        }
    }
}

void tell(const char* title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    std::fprintf(stderr, "%s:\n", title);
    for (const std::string& line : lines) std::fprintf(stderr, "  %s\n", line.c_str());
}

/// Whether nothing became worse. Another version of the driver compiles otherwise, which is no fault of ours: then only what
/// is forbidden counts. `complete`: a baseline that is not of these very pipelines is out of date, and not kept to either.
bool keeps_to(const std::string& path, std::span<const Row> rows, const vulkan::GpuInfo& gpu, bool complete) {
    const Baseline baseline = read_baseline(path);
    const Comparison comparison = compare(rows, baseline);
    if (baseline.driver != gpu.driver || baseline.device != gpu.name) {
        std::fprintf(stderr, "note: %s is of %s (%s), this is %s (%s): estimates are not compared\n", path.c_str(), baseline.device.c_str(),
                     baseline.driver.c_str(), gpu.name.c_str(), gpu.driver.c_str());
        return true;
    }
    tell("worse", comparison.worse);
    tell("better", comparison.better);
    tell("not in the baseline", comparison.unknown);
    tell("only in the baseline", comparison.gone);
    const bool same = comparison.unknown.empty() && comparison.gone.empty();
    if (complete && !same) std::fprintf(stderr, "%s is out of date: write it anew (--write-budget)\n", path.c_str());
    return comparison.worse.empty() && (same || !complete);
}

void write(const std::string& path, std::span<const Row> rows, const vulkan::GpuInfo& gpu) {
    if (std::ifstream(path)) keeps_to(path, rows, gpu, false);
    std::ofstream file(path);
    file << report_text(gpu, rows);
    if (!file.flush()) throw Error(ErrorCode::invalid_file, "[shader report] " + path + " can't be written");
}

std::string summary(const std::vector<Row>& rows) {
    std::size_t chosen = 0, spilling = 0, chosen_spilling = 0, refused = 0;
    for (const Row& row : rows) {
        const bool spills = row.costs.spills.value_or(0) > 0;
        chosen += row.use.chosen;
        spilling += spills;
        chosen_spilling += spills && row.use.chosen;
        refused += !row.failure.empty();
    }
    return std::to_string(rows.size()) + " pipelines, " + std::to_string(refused) + " refused, " + std::to_string(spilling) + " spill; " +
           std::to_string(chosen) + " are defaults, " + std::to_string(chosen_spilling) + " of them spill";
}

int run(const Options& options) {
    vulkan::DeviceOptions settings;
    settings.select = options.device;
    settings.pipeline_reports = true;
    settings.disk_cache = false;  // a pipeline from a cache has no statistics
    vulkan::Device device(settings);
    std::map<vulkan::Variant, Use> all = variants(device, options.network);
    if (options.defaults) std::erase_if(all, [](const auto& entry) { return !entry.second.chosen; });
    if (!options.dump.empty()) {
        dump(device, all, options.dump);
        return 0;
    }
    const std::vector<Row> rows = report_rows(device, all);
    const vulkan::GpuInfo& gpu = device.gpu();
    if (options.json) std::cout << report_text(gpu, rows);
    else if (options.budget.empty() && options.write_budget.empty())
        std::printf("%s (%s)\n%s", gpu.name.c_str(), gpu.driver.c_str(), to_table(rows).c_str());
    std::fprintf(stderr, "%s: %s\n", gpu.name.c_str(), summary(rows).c_str());

    const std::vector<std::string> faults = forbidden(rows);
    tell("forbidden", faults);
    std::vector<Row> chosen = rows;
    std::erase_if(chosen, [](const Row& row) { return !row.use.chosen; });
    bool kept = options.compare.empty() || keeps_to(options.compare, rows, gpu, false);
    if (!options.budget.empty()) kept = keeps_to(options.budget, chosen, gpu, true) && kept;
    if (!options.write_budget.empty()) write(options.write_budget, chosen, gpu);
    return !faults.empty() ? 1 : kept ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    try {
        return run(options);
    } catch (const hekla::Error& error) {
        std::fprintf(stderr, "hekla-shader-report: error: %s\n", error.what());
        return 1;
    }
}
