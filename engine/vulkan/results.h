#pragma once
// VkResult and byte counts as text.

#include <hekla/error.h>

#include <cstdint>
#include <string>

#include "vulkan/functions.h"

namespace hekla::vulkan {

/// "VK_ERROR_DEVICE_LOST"; "VkResult -1234" for codes that are newer than Hekla.
std::string result_name(VkResult result);
ErrorCode error_code(VkResult result);
/// "1572864 bytes (1.5 MiB)".
std::string bytes_text(std::uint64_t bytes);
/// "1.3.230".
std::string version_text(std::uint32_t api_version);

}  // namespace hekla::vulkan
