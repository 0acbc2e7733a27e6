#pragma once
// Physical devices: what is known of each, their order, and the choice among them.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vulkan/caps.h"
#include "vulkan/device.h"
#include "vulkan/functions.h"

namespace hekla::vulkan {

/// All that is asked of a physical device, read once.
struct GpuFacts {
    VkPhysicalDevice handle = VK_NULL_HANDLE;
    std::uint32_t api_version = 0;  // usable: the lower of the instance's and the device's
    VkPhysicalDeviceProperties properties{};
    VkPhysicalDeviceSubgroupProperties subgroup{};
    VkPhysicalDeviceMaintenance3Properties maintenance3{};
    std::optional<VkPhysicalDeviceDriverProperties> driver;
    VkPhysicalDeviceMemoryProperties memory{};
    std::vector<VkQueueFamilyProperties> queue_families;
    std::set<std::string> extensions;
    bool storage_16bit = false;
    bool storage_8bit = false;
    bool shader_float16 = false;
};

GpuFacts read_facts(const InstanceFunctions& functions, VkPhysicalDevice physical,
                    std::uint32_t instance_api_version);
/// A family with graphics and compute if there is one, else any with compute.
std::optional<std::uint32_t> compute_family(const GpuFacts& facts);
/// `index` is left 0; `rejected` is filled.
GpuInfo describe(const GpuFacts& facts);
DeviceCaps read_caps(const GpuFacts& facts, std::uint32_t queue_family);
Quirks read_quirks(const GpuFacts& facts);

struct Gpu {
    GpuFacts facts;
    GpuInfo info;
};
/// Every physical device of the instance in order of preference, indices filled.
std::vector<Gpu> find_gpus(const InstanceFunctions& functions, VkInstance instance,
                           std::uint32_t instance_api_version);
/// The GPU that `select` means (see DeviceOptions). Throws Error (no_device) listing the others.
const Gpu& choose_gpu(const std::vector<Gpu>& gpus, const std::string& select);

}  // namespace hekla::vulkan
