#pragma once
// One pipeline's line of the report, in the same words for every vendor.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shader-report/variants.h"
#include "vulkan/pipeline_report.h"

namespace hekla::shader_report {

/// What the driver does not tell is absent.
struct Costs {
    std::optional<double> instructions;
    std::optional<double> registers;       // per invocation: VGPRs; Adreno's vec4 registers
    std::optional<double> spills;          // spilled or reloaded registers, or bytes of scratch where the driver counts only those
    std::optional<double> shared_bytes;
    std::optional<double> occupancy;       // AMD: subgroups per SIMD; Adreno: waves per core; Intel: SIMD width
    std::optional<double> estimate;        // the driver's own, lower is better: AMD inverse throughput, Intel cycles, Adreno slots and stalls
    std::optional<double> multiply_adds;   // share of the hottest loop
};

struct Row {
    std::string key;   // "matmul_vec4 group_size=64 tile_m=8 ...": shader and constants
    std::string shader, constants;
    Use use;
    Costs costs;
    std::string failure;  // why the driver refused it, or empty
};

/// Empty costs where the driver's statistics are unknown to this program.
Costs costs_of(const std::vector<vulkan::PipelineReport>& reports);

/// Creates every pipeline of `variants` and asks what it costs; rows by key. Nothing is submitted.
std::vector<Row> report_rows(vulkan::Device& device, const std::map<vulkan::Variant, Use>& variants);

/// "spills", "refused", "low occupancy"
std::vector<std::string> flags_of(const Row& row);

nlohmann::ordered_json to_json(const Row& row);
/// The rows as a table for people.
std::string to_table(const std::vector<Row>& rows);

}  // namespace hekla::shader_report
