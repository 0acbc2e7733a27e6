#pragma once
// A report against an earlier one: what became worse, and what a budget forbids.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "shader-report/row.h"

namespace hekla::shader_report {

/// A stored budget or an earlier report, by key.
struct Baseline {
    std::string device, driver;
    std::map<std::string, Costs> pipelines;
};

/// Throws Error (invalid_file) naming the file and what is wrong with it.
Baseline read_baseline(const std::string& path);

/// The whole report as JSON: device, driver, and a line per pipeline. Also the form of a budget, which holds chosen rows only.
std::string report_text(const vulkan::GpuInfo& gpu, std::span<const Row> rows);

struct Comparison {
    std::vector<std::string> worse;    // "matmul_vec4 tile_m=8: estimate 1200, was 1000"
    std::vector<std::string> better;
    std::vector<std::string> unknown;  // rows that the baseline does not hold
    std::vector<std::string> gone;     // pipelines of the baseline that no row is for
};

/// A figure is worse if it grew by more than `tolerance` (a share); spills if they grew at all. The share of multiply-adds
/// is worse if it fell by more than `tolerance`.
Comparison compare(std::span<const Row> rows, const Baseline& baseline, double tolerance = 0.1);

/// What no chosen pipeline may do, whatever the baseline: be refused, spill or use scratch.
std::vector<std::string> forbidden(std::span<const Row> rows);

}  // namespace hekla::shader_report
