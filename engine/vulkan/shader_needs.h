#pragma once
// What a shader variant asks of a device, read from its SPIR-V: workgroup size and shared memory
// may both depend on specialization constants.

#include <cstdint>
#include <span>

#include "vulkan/shader.h"

namespace hekla::vulkan {

struct ShaderNeeds {
    std::uint32_t group_size[3] = {1, 1, 1};  // invocations
    std::uint64_t shared_bytes = 0;           // laid out by the rules of storage buffers
};

/// `constants` in the order of shader.constants; one for each. Throws Error (internal) if the words
/// are no SPIR-V or a size there cannot be evaluated. Needs no device.
ShaderNeeds shader_needs(const ShaderInfo& shader, std::span<const std::uint32_t> constants);

}  // namespace hekla::vulkan
