#include <algorithm>

#include "vulkan/gpus.h"
#include "vulkan/results.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

std::set<std::string> read_extensions(const InstanceFunctions& functions,
                                      VkPhysicalDevice physical) {
    std::uint32_t count = 0;
    functions.EnumerateDeviceExtensionProperties(physical, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    functions.EnumerateDeviceExtensionProperties(physical, nullptr, &count, extensions.data());
    extensions.resize(count);
    std::set<std::string> names;
    for (const VkExtensionProperties& extension : extensions) names.insert(extension.extensionName);
    return names;
}

bool offers(const GpuFacts& facts, std::uint32_t core_since, const char* extension) {
    return facts.api_version >= core_since || facts.extensions.count(extension) != 0;
}

void read_properties(const InstanceFunctions& functions, GpuFacts& facts) {
    auto properties =
        structure<VkPhysicalDeviceProperties2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2);
    facts.subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
    facts.maintenance3.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES;
    auto driver = structure<VkPhysicalDeviceDriverProperties>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES);
    properties.pNext = &facts.subgroup;
    facts.subgroup.pNext = &facts.maintenance3;
    const bool names_driver =
        offers(facts, VK_API_VERSION_1_2, VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME);
    if (names_driver) facts.maintenance3.pNext = &driver;
    functions.GetPhysicalDeviceProperties2(facts.handle, &properties);
    facts.subgroup.pNext = nullptr;
    facts.maintenance3.pNext = nullptr;
    if (names_driver) facts.driver = driver;
}

void read_features(const InstanceFunctions& functions, GpuFacts& facts) {
    auto storage_16bit = structure<VkPhysicalDevice16BitStorageFeatures>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES);
    auto storage_8bit = structure<VkPhysicalDevice8BitStorageFeatures>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES);
    auto arithmetic = structure<VkPhysicalDeviceShaderFloat16Int8Features>(
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES);
    auto features =
        structure<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
    features.pNext = &storage_16bit;
    if (offers(facts, VK_API_VERSION_1_2, VK_KHR_8BIT_STORAGE_EXTENSION_NAME)) {
        storage_8bit.pNext = features.pNext;
        features.pNext = &storage_8bit;
    }
    if (offers(facts, VK_API_VERSION_1_2, VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME)) {
        arithmetic.pNext = features.pNext;
        features.pNext = &arithmetic;
    }
    functions.GetPhysicalDeviceFeatures2(facts.handle, &features);
    facts.storage_16bit = storage_16bit.storageBuffer16BitAccess == VK_TRUE;
    facts.storage_8bit = storage_8bit.storageBuffer8BitAccess == VK_TRUE;
    facts.shader_float16 = arithmetic.shaderFloat16 == VK_TRUE;
}

DeviceClass device_class(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return DeviceClass::discrete;
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return DeviceClass::integrated;
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
            return DeviceClass::virtualised;
        case VK_PHYSICAL_DEVICE_TYPE_CPU:
            return DeviceClass::cpu;
        default:
            return DeviceClass::other;
    }
}

std::string driver_text(const GpuFacts& facts) {
    if (!facts.driver) {
        return "driver version " + std::to_string(facts.properties.driverVersion);
    }
    std::string text = facts.driver->driverName;
    if (facts.driver->driverInfo[0] != '\0') {
        text += ", " + std::string(facts.driver->driverInfo);
    }
    return text;
}

}  // namespace

GpuFacts read_facts(const InstanceFunctions& functions, VkPhysicalDevice physical,
                    std::uint32_t instance_api_version) {
    GpuFacts facts;
    facts.handle = physical;
    functions.GetPhysicalDeviceProperties(physical, &facts.properties);
    facts.api_version = std::min(instance_api_version, facts.properties.apiVersion);
    functions.GetPhysicalDeviceMemoryProperties(physical, &facts.memory);
    std::uint32_t count = 0;
    functions.GetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
    facts.queue_families.resize(count);
    functions.GetPhysicalDeviceQueueFamilyProperties(physical, &count, facts.queue_families.data());
    facts.queue_families.resize(count);
    facts.extensions = read_extensions(functions, physical);
    // The "2" queries may be called on devices of Vulkan 1.1 or later only.
    if (facts.properties.apiVersion >= VK_API_VERSION_1_1) {
        read_properties(functions, facts);
        read_features(functions, facts);
    }
    return facts;
}

std::optional<std::uint32_t> compute_family(const GpuFacts& facts) {
    const VkQueueFlags wanted[] = {VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT,
                                   VK_QUEUE_COMPUTE_BIT};
    for (const VkQueueFlags flags : wanted) {
        for (std::uint32_t i = 0; i < facts.queue_families.size(); ++i) {
            const VkQueueFamilyProperties& family = facts.queue_families[i];
            if ((family.queueFlags & flags) == flags && family.queueCount > 0) return i;
        }
    }
    return std::nullopt;
}

GpuInfo describe(const GpuFacts& facts) {
    GpuInfo info;
    info.name = facts.properties.deviceName;
    info.driver = driver_text(facts);
    info.api_version = version_text(facts.properties.apiVersion);
    info.device_class = device_class(facts.properties.deviceType);
    info.vendor_id = facts.properties.vendorID;
    info.device_id = facts.properties.deviceID;
    info.driver_version = facts.properties.driverVersion;
    for (std::uint32_t i = 0; i < facts.memory.memoryHeapCount; ++i) {
        const VkMemoryHeap& heap = facts.memory.memoryHeaps[i];
        if ((heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0) info.memory_bytes += heap.size;
    }
    if (facts.properties.apiVersion < VK_API_VERSION_1_1) {
        info.rejected = "Vulkan 1.0 only (1.1 needed)";
    } else if (!compute_family(facts)) {
        info.rejected = "no compute queue";
    }
    return info;
}

}  // namespace hekla::vulkan
