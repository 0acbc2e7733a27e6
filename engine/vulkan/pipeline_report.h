#pragma once
// What a driver's compiler made of a pipeline, as VK_KHR_pipeline_executable_properties tells it.

#include <cstdint>
#include <string>
#include <vector>

#include "vulkan/pipeline.h"

namespace hekla::vulkan {

struct PipelineStatistic {
    std::string name;  // the driver's own: "VGPRs", "Spill Count", "Cycle Count"
    double value = 0;
};

struct PipelineText {
    std::string name;  // the driver's own: "Assembly", "GEN Assembly", "ir3"
    std::string text;
};

struct PipelineReport {
    std::string executable;  // the driver's own: "Compute Shader", "SIMD16 compute shader"
    std::uint32_t subgroup_size = 0;
    std::vector<PipelineStatistic> statistics;
    std::vector<PipelineText> texts;

    /// Null if the driver has no statistic or text of this name.
    const double* find(const std::string& statistic) const;
    const std::string* find_text(const std::string& name) const;
};

/// Nothing is submitted. A driver may make several executables of one pipeline (Intel: one per SIMD
/// width): one report each, as the driver lists them. Throws Error (invalid_argument) unless the
/// device was opened with DeviceOptions::pipeline_reports.
std::vector<PipelineReport> report_pipeline(const Device& device, const Pipeline& pipeline);

}  // namespace hekla::vulkan
