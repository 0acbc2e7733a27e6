#pragma once
// The least that a Vulkan 1.1 device may offer, written into what a driver answered.

#include <vulkan/vulkan_core.h>

#include <algorithm>

namespace hekla::tests {

/// "Required limits" of the specification, those that compute has to do with.
inline void lower(VkPhysicalDeviceProperties& properties) {
    properties.apiVersion = std::min<std::uint32_t>(properties.apiVersion, VK_API_VERSION_1_1);
    VkPhysicalDeviceLimits& limits = properties.limits;
    limits.maxUniformBufferRange = 16384;
    limits.maxStorageBufferRange = 1u << 27;
    limits.maxTexelBufferElements = 65536;
    limits.maxPushConstantsSize = 128;
    limits.maxMemoryAllocationCount = 4096;
    limits.maxBoundDescriptorSets = 4;
    limits.maxPerStageDescriptorUniformBuffers = 12;
    limits.maxPerStageDescriptorStorageBuffers = 4;
    limits.maxPerStageDescriptorSampledImages = 16;
    limits.maxPerStageResources = 128;
    limits.maxComputeSharedMemorySize = 16384;
    std::fill_n(limits.maxComputeWorkGroupCount, 3, 65535u);
    limits.maxComputeWorkGroupInvocations = 128;
    limits.maxComputeWorkGroupSize[0] = limits.maxComputeWorkGroupSize[1] = 128;
    limits.maxComputeWorkGroupSize[2] = 64;
    limits.minTexelBufferOffsetAlignment = 256;
    limits.minUniformBufferOffsetAlignment = 256;
    limits.minStorageBufferOffsetAlignment = 256;
    limits.nonCoherentAtomSize = 256;
    limits.timestampComputeAndGraphics = VK_FALSE;
}

inline void lower(VkQueueFamilyProperties& family) { family.timestampValidBits = 0; }

template <typename Structure>
Structure& as(VkBaseOutStructure& base) {
    return reinterpret_cast<Structure&>(base);
}

/// Structures that hang on VkPhysicalDeviceProperties2 and VkPhysicalDeviceFeatures2.
inline void lower_chain(void* chain) {
    for (auto* next = static_cast<VkBaseOutStructure*>(chain); next; next = next->pNext) {
        switch (next->sType) {
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES: {
                auto& subgroup = as<VkPhysicalDeviceSubgroupProperties>(*next);
                subgroup.subgroupSize = 1;
                subgroup.supportedOperations = VK_SUBGROUP_FEATURE_BASIC_BIT;
                break;
            }
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES: {
                auto& maintenance = as<VkPhysicalDeviceMaintenance3Properties>(*next);
                maintenance.maxPerSetDescriptors = 1024;
                maintenance.maxMemoryAllocationSize =
                    std::min<VkDeviceSize>(maintenance.maxMemoryAllocationSize, 1u << 30);
                break;
            }
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES:
                as<VkPhysicalDevice16BitStorageFeatures>(*next).storageBuffer16BitAccess = VK_FALSE;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES:
                as<VkPhysicalDevice8BitStorageFeatures>(*next).storageBuffer8BitAccess = VK_FALSE;
                break;
            case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES:
                as<VkPhysicalDeviceShaderFloat16Int8Features>(*next).shaderFloat16 = VK_FALSE;
                as<VkPhysicalDeviceShaderFloat16Int8Features>(*next).shaderInt8 = VK_FALSE;
                break;
            default:
                break;
        }
    }
}

}  // namespace hekla::tests
