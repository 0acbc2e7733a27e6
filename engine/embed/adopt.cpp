// requirements() and adopt(): an application's device becomes Hekla's.

#include <algorithm>
#include <cstring>

#include <hekla/error.h>
#include <hekla/vulkan.h>

#include "vulkan/gpus.h"
#include "vulkan/structure.h"

namespace hekla {
namespace {

using vulkan::GpuFacts;
using Names = std::span<const char* const>;

constexpr const char* portability_subset = "VK_KHR_portability_subset";

bool contains(Names names, const char* wanted) {
    return std::any_of(names.begin(), names.end(), [wanted](const char* name) { return std::strcmp(name, wanted) == 0; });
}

/// What a feature chain turns on of what Hekla knows.
void read_features(const void* chain, vulkan::BorrowedDevice& borrowed) {
    for (auto* link = static_cast<const VkBaseInStructure*>(chain); link != nullptr; link = link->pNext) {
        const void* const all = link;
        switch (link->sType) {
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2:
                borrowed.extended_image_formats = static_cast<const VkPhysicalDeviceFeatures2*>(all)->features.shaderStorageImageExtendedFormats;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES:
                borrowed.storage_16bit = static_cast<const VkPhysicalDevice16BitStorageFeatures*>(all)->storageBuffer16BitAccess;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES:
                borrowed.storage_8bit = static_cast<const VkPhysicalDevice8BitStorageFeatures*>(all)->storageBuffer8BitAccess;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES:
                borrowed.shader_float16 = static_cast<const VkPhysicalDeviceShaderFloat16Int8Features*>(all)->shaderFloat16;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES:
                borrowed.storage_16bit = static_cast<const VkPhysicalDeviceVulkan11Features*>(all)->storageBuffer16BitAccess;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES:
                borrowed.storage_8bit = static_cast<const VkPhysicalDeviceVulkan12Features*>(all)->storageBuffer8BitAccess;
                borrowed.shader_float16 = static_cast<const VkPhysicalDeviceVulkan12Features*>(all)->shaderFloat16;
                break;
            default:
                break;
        }
    }
}

void check_handles(const AdoptedDevice& adopted) {
    const auto need = [](bool there, const char* what) {
        if (!there) throw Error(ErrorCode::invalid_argument, "[adopt] " + std::string(what) + " is missing");
    };
    need(adopted.get_instance_proc_addr != nullptr, "get_instance_proc_addr");
    need(adopted.instance != VK_NULL_HANDLE, "instance");
    need(adopted.physical_device != VK_NULL_HANDLE, "physical_device");
    need(adopted.device != VK_NULL_HANDLE, "device");
    if (adopted.queue == VK_NULL_HANDLE && adopted.kernels.tune != Tune::off)
        throw Error(ErrorCode::invalid_argument, "[adopt] kernels.tune needs a queue to time kernels on: give one, or leave it off");
}

void check_extensions(const AdoptedDevice& adopted, const VulkanRequirements& required) {
    for (const char* extension : required.device_extensions)
        if (!contains(adopted.device_extensions, extension))
            throw Error(ErrorCode::invalid_argument, "[adopt] the device was made without " + std::string(extension) +
                                                         ": add \"" + extension + "\" to VkDeviceCreateInfo::ppEnabledExtensionNames, "
                                                         "and give the list to adopt() as device_extensions");
}

}  // namespace

VulkanRequirements requirements(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, VkPhysicalDevice physical_device,
                                std::uint32_t api_version) {
    if (get_instance_proc_addr == nullptr || instance == VK_NULL_HANDLE || physical_device == VK_NULL_HANDLE)
        throw Error(ErrorCode::invalid_argument, "[requirements] needs get_instance_proc_addr, instance and physical_device");
    const vulkan::InstanceFunctions functions = vulkan::load_instance_functions(get_instance_proc_addr, instance);
    const GpuFacts facts = vulkan::read_facts(functions, physical_device, api_version);
    VulkanRequirements result;
    result.rejected = vulkan::describe(facts).rejected;
    if (result.rejected.empty() && api_version < VK_API_VERSION_1_1)
        result.rejected = "the instance was made for Vulkan 1.0: VkApplicationInfo::apiVersion must be VK_API_VERSION_1_1 at least";
    if (facts.extensions.contains(portability_subset)) result.device_extensions.push_back(portability_subset);
    if (facts.extensions.contains(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME))
        result.preferred_extensions.push_back(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    result.queue_family = vulkan::compute_family(facts).value_or(0);
    auto available = vulkan::structure<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
    auto wanted = available;
    if (facts.properties.apiVersion >= VK_API_VERSION_1_1) functions.GetPhysicalDeviceFeatures2(physical_device, &available);
    wanted.features.shaderStorageImageExtendedFormats = available.features.shaderStorageImageExtendedFormats;
    result.chain = std::make_shared<const VkPhysicalDeviceFeatures2>(wanted);
    return result;
}

Device adopt(const AdoptedDevice& adopted) {
    check_handles(adopted);
    const VulkanRequirements required =
        requirements(adopted.get_instance_proc_addr, adopted.instance, adopted.physical_device, adopted.api_version);
    if (!required.rejected.empty()) throw Error(ErrorCode::no_device, "[adopt] " + required.rejected);
    check_extensions(adopted, required);
    vulkan::BorrowedDevice borrowed;
    borrowed.get_instance_proc_addr = adopted.get_instance_proc_addr;
    borrowed.instance = adopted.instance;
    borrowed.physical_device = adopted.physical_device;
    borrowed.device = adopted.device;
    borrowed.queue_family = adopted.queue_family;
    borrowed.queue = adopted.queue;
    borrowed.api_version = adopted.api_version;
    borrowed.memory_budget = contains(adopted.device_extensions, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    borrowed.debug_utils = contains(adopted.instance_extensions, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    borrowed.allocator = adopted.allocator;
    borrowed.pipeline_cache = adopted.pipeline_cache;
    borrowed.disk_cache = adopted.disk_cache;
    borrowed.kernels = adopted.kernels;
    if (adopted.enabled_features != nullptr)
        borrowed.extended_image_formats = adopted.enabled_features->shaderStorageImageExtendedFormats;
    read_features(adopted.features, borrowed);
    return Device(std::make_shared<vulkan::Device>(borrowed));
}

}  // namespace hekla
