#pragma once
// The formats of an application's images that can be bound.

#include <cstdint>

#include "vulkan/shader.h"
#include "vulkan/functions.h"

namespace hekla::embed {

struct ImageFormat {
    VkFormat format;
    const char* name;          // without VK_FORMAT_
    std::uint32_t components;  // that can be read
    VkImageAspectFlags aspect;
    const vulkan::ShaderInfo* writer;  // null: it can only be read
    bool extended;  // writing needs shaderStorageImageExtendedFormats
};

/// Null for a format that is not supported.
const ImageFormat* find_image_format(VkFormat format);

}  // namespace hekla::embed
