#pragma once
// What a device can do, in one place, so that a test (or HEKLA_CAPS) can lower it.

#include <cstdint>
#include <string>

namespace hekla::vulkan {

/// The default values are the Vulkan 1.1 specification's minimum limits. Each member is also a row of
/// visit_caps below, and so a key of caps files.
struct DeviceCaps {
    std::uint32_t max_invocations = 128;  // per workgroup
    std::uint32_t max_group_size[3] = {128, 128, 64};
    std::uint32_t max_groups = 65535;  // per dimension of a dispatch
    std::uint32_t max_shared_bytes = 16384;
    std::uint32_t max_push_constant_bytes = 128;
    std::uint32_t max_storage_buffers = 4;  // this and the next two: per stage
    std::uint32_t max_uniform_buffers = 12;
    std::uint32_t max_texel_buffers = 16;
    std::uint64_t max_storage_range_bytes = 128ull << 20;
    std::uint64_t max_uniform_range_bytes = 16384;
    std::uint32_t max_texel_elements = 65536;
    std::uint64_t max_allocation_bytes = 1ull << 30;
    std::uint32_t max_allocations = 4096;
    std::uint32_t subgroup_size = 1;
    bool subgroup_shuffle = false;  // in compute shaders
    std::uint32_t timestamp_valid_bits = 0;  // 0: no timestamps
    float timestamp_period_ns = 0;
    std::uint64_t non_coherent_atom_bytes = 256;
    bool mapped_device_memory = false;  // device-local memory may be mapped where it can be
    bool storage_16bit = false;
    bool storage_8bit = false;
    bool shader_float16 = false;
};

/// Calls visit(name, member) for every limit and feature, in the order of caps files.
template <typename Caps, typename Visit>
void visit_caps(Caps& caps, Visit&& visit) {
    visit("max_invocations", caps.max_invocations);
    visit("max_group_size_x", caps.max_group_size[0]);
    visit("max_group_size_y", caps.max_group_size[1]);
    visit("max_group_size_z", caps.max_group_size[2]);
    visit("max_groups", caps.max_groups);
    visit("max_shared_bytes", caps.max_shared_bytes);
    visit("max_push_constant_bytes", caps.max_push_constant_bytes);
    visit("max_storage_buffers", caps.max_storage_buffers);
    visit("max_uniform_buffers", caps.max_uniform_buffers);
    visit("max_texel_buffers", caps.max_texel_buffers);
    visit("max_storage_range_bytes", caps.max_storage_range_bytes);
    visit("max_uniform_range_bytes", caps.max_uniform_range_bytes);
    visit("max_texel_elements", caps.max_texel_elements);
    visit("max_allocation_bytes", caps.max_allocation_bytes);
    visit("max_allocations", caps.max_allocations);
    visit("subgroup_size", caps.subgroup_size);
    visit("subgroup_shuffle", caps.subgroup_shuffle);
    visit("timestamp_valid_bits", caps.timestamp_valid_bits);
    visit("timestamp_period_ns", caps.timestamp_period_ns);
    visit("non_coherent_atom_bytes", caps.non_coherent_atom_bytes);
    visit("mapped_device_memory", caps.mapped_device_memory);
    visit("storage_16bit", caps.storage_16bit);
    visit("storage_8bit", caps.storage_8bit);
    visit("shader_float16", caps.shader_float16);
}

/// Same limits as the specification's minimum, whatever the device has (HEKLA_CAPS=minimum);
/// nothing of `actual` is kept but the memory sizes and the timestamp period.
DeviceCaps minimum_caps(const DeviceCaps& actual);

/// Faults of particular drivers, each named, each with a link where it was reported.
struct Quirks {
    // Debian 12's lavapipe (Mesa 22.3) loads storage buffers lane by lane behind a bounds check,
    // but vectorises texel fetches: prefer uniform texel buffers wherever a kernel offers both.
    // https://gitlab.freedesktop.org/mesa/mesa/-/blob/22.3/src/gallium/auxiliary/gallivm/lp_bld_nir_soa.c
    bool prefer_texel_buffers = false;
    // Turnip splits a load of four numbers from a storage buffer into four, each with an address of
    // its own; a texel fetch is one: texel buffers first there too.
    // https://gitlab.freedesktop.org/mesa/mesa/-/blob/22.3/src/freedreno/ir3/ir3_nir.c
    bool splits_storage_vectors = false;
    // SwiftShader puts a header in front of the data that it is given, header and all, each time:
    // its VkPipelineCache would grow at every start, and holds no pipeline. It is not kept on disk.
    // https://swiftshader.googlesource.com/SwiftShader/+/refs/heads/master/src/Vulkan/VkPipelineCache.cpp
    bool pipeline_cache_grows = false;
    // SwiftShader gives specialization constants their values and optimizes without freezing them: no loop whose bound is
    // one is unrolled, register tiles lie in memory, and both sides of a branch on one run. Its modules hold plain constants.
    // https://swiftshader.googlesource.com/SwiftShader/+/refs/heads/master/src/Vulkan/VkPipeline.cpp
    bool keeps_specialization_constants = false;
};

enum class DeviceClass : std::uint8_t { discrete, integrated, virtualised, cpu, other };
const char* name(DeviceClass device_class);

}  // namespace hekla::vulkan
