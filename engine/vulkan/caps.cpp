#include "vulkan/caps.h"

#include <algorithm>
#include <cmath>

#include "vulkan/gpus.h"

namespace hekla::vulkan {

DeviceCaps minimum_caps(const DeviceCaps& actual) {
    DeviceCaps caps;
    caps.max_allocation_bytes = std::min(caps.max_allocation_bytes, actual.max_allocation_bytes);
    caps.timestamp_period_ns = actual.timestamp_period_ns;
    return caps;
}

DeviceCaps read_caps(const GpuFacts& facts, std::uint32_t queue_family) {
    const VkPhysicalDeviceLimits& limits = facts.properties.limits;
    DeviceCaps caps;
    caps.max_invocations = limits.maxComputeWorkGroupInvocations;
    std::copy_n(limits.maxComputeWorkGroupSize, 3, caps.max_group_size);
    caps.max_groups =
        *std::min_element(limits.maxComputeWorkGroupCount, limits.maxComputeWorkGroupCount + 3);
    caps.max_shared_bytes = limits.maxComputeSharedMemorySize;
    caps.max_push_constant_bytes = limits.maxPushConstantsSize;
    caps.max_storage_buffers =
        std::min(limits.maxPerStageDescriptorStorageBuffers, limits.maxDescriptorSetStorageBuffers);
    caps.max_uniform_buffers =
        std::min(limits.maxPerStageDescriptorUniformBuffers, limits.maxDescriptorSetUniformBuffers);
    // Vulkan counts uniform texel buffers among the sampled images.
    caps.max_texel_buffers =
        std::min(limits.maxPerStageDescriptorSampledImages, limits.maxDescriptorSetSampledImages);
    caps.max_storage_range_bytes = limits.maxStorageBufferRange;
    caps.max_uniform_range_bytes = limits.maxUniformBufferRange;
    caps.max_texel_elements = limits.maxTexelBufferElements;
    caps.max_allocation_bytes = facts.maintenance3.maxMemoryAllocationSize;
    caps.max_allocations = limits.maxMemoryAllocationCount;
    caps.subgroup_size = std::max(facts.subgroup.subgroupSize, 1u);
    caps.subgroup_shuffle = (facts.subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0 &&
                            (facts.subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT) != 0;
    // Not every driver knows its clock: some say 0, some divide by a frequency of 0.
    if (std::isfinite(limits.timestampPeriod) && limits.timestampPeriod > 0) {
        caps.timestamp_period_ns = limits.timestampPeriod;
        caps.timestamp_valid_bits = facts.queue_families.at(queue_family).timestampValidBits;
    }
    caps.non_coherent_atom_bytes = std::max<std::uint64_t>(limits.nonCoherentAtomSize, 1);
    caps.mapped_device_memory = true;
    caps.storage_16bit = facts.storage_16bit;
    caps.storage_8bit = facts.storage_8bit;
    caps.shader_float16 = facts.shader_float16;
    return caps;
}

Quirks read_quirks(const GpuFacts& facts) {
    Quirks quirks;
    if (!facts.driver) return quirks;
    const VkDriverId driver = facts.driver->driverID;
    quirks.prefer_texel_buffers = driver == VK_DRIVER_ID_MESA_LLVMPIPE;
    quirks.splits_storage_vectors = driver == VK_DRIVER_ID_MESA_TURNIP;
    quirks.pipeline_cache_grows = driver == VK_DRIVER_ID_GOOGLE_SWIFTSHADER;
    quirks.keeps_specialization_constants = driver == VK_DRIVER_ID_GOOGLE_SWIFTSHADER;
    return quirks;
}

const char* name(DeviceClass device_class) {
    switch (device_class) {
        case DeviceClass::discrete:
            return "discrete";
        case DeviceClass::integrated:
            return "integrated";
        case DeviceClass::virtualised:
            return "virtual";
        case DeviceClass::cpu:
            return "cpu";
        case DeviceClass::other:
            break;
    }
    return "other";
}

}  // namespace hekla::vulkan
