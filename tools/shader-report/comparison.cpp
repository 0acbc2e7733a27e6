#include "shader-report/comparison.h"

#include <hekla/error.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace hekla::shader_report {
namespace {

using nlohmann::json;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::optional<double> figure(const json& row, const char* name) {
    return row.contains(name) ? std::optional(row.at(name).get<double>()) : std::nullopt;
}

Costs costs_of_row(const json& row) {
    return {figure(row, "instructions"), figure(row, "registers"), figure(row, "spills"), figure(row, "shared_bytes"),
            figure(row, "occupancy"), figure(row, "estimate"), figure(row, "multiply_adds")};
}

/// Adds a line to `worse` or `better` if a figure changed by more than the tolerance.
void judge(Comparison& result, const std::string& key, const char* name, const std::optional<double>& now,
           const std::optional<double>& before, double tolerance, bool higher_is_better = false) {
    if (!now || !before) return;
    const double change = higher_is_better ? *before - *now : *now - *before;
    const double allowed = tolerance * std::max(*before, 0.0);
    const std::string line = key + ": " + name + " " + number(*now) + ", was " + number(*before);
    if (change > allowed) result.worse.push_back(line);
    else if (-change > allowed) result.better.push_back(line);
}

}  // namespace

Baseline read_baseline(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw Error(ErrorCode::invalid_file, "[shader report] " + path + " can't be read");
    try {
        const json root = json::parse(file);
        Baseline baseline{root.at("device"), root.at("driver"), {}};
        for (const json& row : root.at("pipelines")) {
            const std::string constants = row.at("constants");
            baseline.pipelines[row.at("shader").get<std::string>() + (constants.empty() ? "" : " " + constants)] = costs_of_row(row);
        }
        return baseline;
    } catch (const json::exception& error) {
        throw Error(ErrorCode::invalid_file, "[shader report] " + path + " is no report: " + error.what());
    }
}

std::string report_text(const vulkan::GpuInfo& gpu, std::span<const Row> rows) {
    std::string text = "{\"device\": " + json(gpu.name).dump() + ",\n \"driver\": " + json(gpu.driver).dump() + ",\n \"pipelines\": [";
    for (const Row& row : rows) text += (&row == rows.data() ? "\n  " : ",\n  ") + to_json(row).dump();
    return text + "]}\n";
}

Comparison compare(std::span<const Row> rows, const Baseline& baseline, double tolerance) {
    Comparison result;
    std::map<std::string, Costs> left = baseline.pipelines;
    for (const Row& row : rows) {
        const auto found = left.find(row.key);
        if (found == left.end()) {
            result.unknown.push_back(row.key);
            continue;
        }
        judge(result, row.key, "spills", row.costs.spills, found->second.spills, 0);
        judge(result, row.key, "estimate", row.costs.estimate, found->second.estimate, tolerance);
        judge(result, row.key, "multiply-adds", row.costs.multiply_adds, found->second.multiply_adds, tolerance, true);
        left.erase(found);
    }
    for (const auto& [key, costs] : left) result.gone.push_back(key);
    return result;
}

std::vector<std::string> forbidden(std::span<const Row> rows) {
    std::vector<std::string> lines;
    for (const Row& row : rows) {
        if (!row.failure.empty()) lines.push_back(row.key + ": refused: " + row.failure);
        else if (row.use.chosen && row.costs.spills.value_or(0) > 0)
            lines.push_back(row.key + ": a kernel chosen by default spills (" + number(*row.costs.spills) + "), for " + row.use.problem);
    }
    return lines;
}

}  // namespace hekla::shader_report
