#include "vulkan/pipeline_report.h"

#include <hekla/error.h>

#include <cstring>

#include "vulkan/device.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

double value_of(const VkPipelineExecutableStatisticKHR& statistic) {
    switch (statistic.format) {
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR:
            return statistic.value.b32 != VK_FALSE ? 1 : 0;
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR:
            return static_cast<double>(statistic.value.i64);
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR:
            return static_cast<double>(statistic.value.u64);
        default:
            return statistic.value.f64;
    }
}

std::vector<PipelineStatistic> read_statistics(const Device& device,
                                               const VkPipelineExecutableInfoKHR& info) {
    std::uint32_t count = 0;
    device.vk().GetPipelineExecutableStatisticsKHR(device.handle(), &info, &count, nullptr);
    std::vector<VkPipelineExecutableStatisticKHR> found(
        count, structure<VkPipelineExecutableStatisticKHR>(
                   VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR));
    device.vk().GetPipelineExecutableStatisticsKHR(device.handle(), &info, &count, found.data());
    std::vector<PipelineStatistic> statistics;
    statistics.reserve(found.size());
    for (const auto& statistic : found) statistics.push_back({statistic.name, value_of(statistic)});
    return statistics;
}

std::vector<PipelineText> read_texts(const Device& device,
                                     const VkPipelineExecutableInfoKHR& info) {
    const auto& get = device.vk().GetPipelineExecutableInternalRepresentationsKHR;
    std::uint32_t count = 0;
    get(device.handle(), &info, &count, nullptr);
    std::vector<VkPipelineExecutableInternalRepresentationKHR> found(
        count, structure<VkPipelineExecutableInternalRepresentationKHR>(
                   VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR));
    get(device.handle(), &info, &count, found.data());  // sizes
    std::vector<PipelineText> texts;
    for (auto& representation : found) {
        texts.push_back({representation.name, std::string(representation.dataSize, '\0')});
        representation.pData = texts.back().text.data();
        if (representation.isText == VK_FALSE) representation.pData = nullptr;
    }
    get(device.handle(), &info, &count, found.data());
    for (PipelineText& text : texts) text.text.resize(std::strlen(text.text.c_str()));
    return texts;
}

}  // namespace

const double* PipelineReport::find(const std::string& statistic) const {
    for (const PipelineStatistic& candidate : statistics)
        if (candidate.name == statistic) return &candidate.value;
    return nullptr;
}

const std::string* PipelineReport::find_text(const std::string& name) const {
    for (const PipelineText& candidate : texts)
        if (candidate.name == name) return &candidate.text;
    return nullptr;
}

std::vector<PipelineReport> report_pipeline(const Device& device, const Pipeline& pipeline) {
    if (!device.pipeline_reports()) {
        throw Error(ErrorCode::invalid_argument,
                    "[report_pipeline] the device was opened without pipeline_reports");
    }
    auto which = structure<VkPipelineInfoKHR>(VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR);
    which.pipeline = pipeline.handle();
    std::uint32_t count = 0;
    device.vk().GetPipelineExecutablePropertiesKHR(device.handle(), &which, &count, nullptr);
    std::vector<VkPipelineExecutablePropertiesKHR> executables(
        count, structure<VkPipelineExecutablePropertiesKHR>(
                   VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR));
    device.vk().GetPipelineExecutablePropertiesKHR(device.handle(), &which, &count,
                                                   executables.data());
    std::vector<PipelineReport> reports;
    for (std::uint32_t i = 0; i < count; ++i) {
        auto info =
            structure<VkPipelineExecutableInfoKHR>(VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR);
        info.pipeline = pipeline.handle();
        info.executableIndex = i;
        reports.push_back({executables[i].name, executables[i].subgroupSize,
                           read_statistics(device, info), read_texts(device, info)});
    }
    return reports;
}

}  // namespace hekla::vulkan
