#pragma once
// What the build knows of a compiled shader: its words and its interface, by reflection.
// The table itself is generated into <build>/generated/shaders.{h,cpp}.

#include <cstdint>
#include <span>

namespace hekla::vulkan {

enum class BindingKind : std::uint8_t { storage, uniform, texel, sampled_image, storage_image };

struct ShaderBinding {
    const char* name;
    std::uint32_t binding;
    BindingKind kind;
    bool readonly;  // declared readonly (storage), or by nature (uniform, texel, sampled image)
    bool writeonly;
};

struct ShaderConstant {
    const char* name;
    std::uint32_t id;
    std::uint32_t default_word;
};

struct ShaderInfo {
    const char* name;                      // "matmul_texel"
    std::span<const std::uint32_t> words;  // SPIR-V
    std::span<const ShaderBinding>
        bindings;  // by ascending binding number, dense from 0, all in set 0
    std::span<const ShaderConstant> constants;  // in the order of the generated Constants struct
    std::uint32_t params_bytes;                 // push constants; 0 for none
};

}  // namespace hekla::vulkan
