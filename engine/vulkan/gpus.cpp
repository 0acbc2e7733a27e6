#include "vulkan/gpus.h"

#include <hekla/error.h>

#include <algorithm>
#include <cctype>
#include <tuple>

#include "vulkan/instance.h"

namespace hekla::vulkan {
namespace {

std::string lower(const std::string& text) {
    std::string result = text;
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string line(const GpuInfo& info) {
    std::string text = std::to_string(info.index) + ": " + info.name + " [" + info.driver + "]";
    if (!info.rejected.empty()) text += " - rejected: " + info.rejected;
    return text;
}

std::string lines(const std::vector<Gpu>& gpus) {
    std::string text;
    for (const Gpu& gpu : gpus) text += "\n  " + line(gpu.info);
    return text;
}

bool names(const GpuInfo& info, const std::string& lower_part) {
    return lower(info.name).find(lower_part) != std::string::npos ||
           lower(info.driver).find(lower_part) != std::string::npos;
}

bool is_index(const std::string& select, std::size_t count) {
    const bool digits = !select.empty() && select.size() <= 6 &&
                        std::all_of(select.begin(), select.end(),
                                    [](unsigned char c) { return std::isdigit(c) != 0; });
    return digits && std::stoul(select) < count;
}

const Gpu* match(const std::vector<Gpu>& gpus, const std::string& select) {
    if (is_index(select, gpus.size())) return &gpus[std::stoul(select)];
    const std::string part = lower(select);
    for (const Gpu& gpu : gpus) {
        if (names(gpu.info, part)) return &gpu;  // usable ones stand first
    }
    return nullptr;
}

/// Lower is preferred. Among GPUs of one class the one with the larger limits and memory.
auto rank(const Gpu& gpu) {
    const std::uint32_t invocations = gpu.facts.properties.limits.maxComputeWorkGroupInvocations;
    return std::make_tuple(!gpu.info.rejected.empty(), gpu.info.device_class, ~invocations,
                           ~gpu.info.memory_bytes);
}

}  // namespace

std::vector<Gpu> find_gpus(const InstanceFunctions& functions, VkInstance instance,
                           std::uint32_t instance_api_version) {
    std::uint32_t count = 0;
    // A failure here is what some loaders say when there is no driver at all: an empty list.
    if (functions.EnumeratePhysicalDevices(instance, &count, nullptr) < 0) count = 0;
    std::vector<VkPhysicalDevice> handles(count);
    if (count > 0 && functions.EnumeratePhysicalDevices(instance, &count, handles.data()) < 0) {
        count = 0;
    }
    handles.resize(count);
    std::vector<Gpu> gpus;
    for (VkPhysicalDevice handle : handles) {
        Gpu gpu{read_facts(functions, handle, instance_api_version), {}};
        gpu.info = describe(gpu.facts);
        gpus.push_back(std::move(gpu));
    }
    std::stable_sort(gpus.begin(), gpus.end(),
                     [](const Gpu& a, const Gpu& b) { return rank(a) < rank(b); });
    for (std::uint32_t i = 0; i < gpus.size(); ++i) gpus[i].info.index = i;
    return gpus;
}

const Gpu& choose_gpu(const std::vector<Gpu>& gpus, const std::string& select) {
    if (gpus.empty()) {
        throw Error(ErrorCode::no_device,
                    "[device] no Vulkan device found: install your GPU's driver; on Debian or "
                    "Ubuntu, apt-get install mesa-vulkan-drivers");
    }
    const Gpu* chosen = select.empty() ? &gpus.front() : match(gpus, select);
    if (chosen == nullptr) {
        throw Error(ErrorCode::no_device, "[device] no Vulkan device is called \"" + select +
                                              "\" or has that index; there are:" + lines(gpus));
    }
    if (!chosen->info.rejected.empty()) {
        const std::string what =
            select.empty() ? "no usable Vulkan device" : "the chosen Vulkan device cannot be used";
        throw Error(ErrorCode::no_device, "[device] " + what + "; there are:" + lines(gpus));
    }
    return *chosen;
}

std::vector<GpuInfo> list_gpus(PFN_vkGetInstanceProcAddr get_instance_proc_addr) {
    InstanceOptions options;
    options.get_instance_proc_addr = get_instance_proc_addr;
    const Instance instance(options);
    std::vector<GpuInfo> infos;
    for (Gpu& gpu : find_gpus(instance.functions(), instance.handle(), instance.api_version())) {
        infos.push_back(std::move(gpu.info));
    }
    return infos;
}

}  // namespace hekla::vulkan
