#include "vulkan/results.h"

#include <cstdio>
#include <iterator>

namespace hekla::vulkan {

std::string result_name(VkResult result) {
#define HEKLA_VULKAN_CASE(code) \
    case code:                  \
        return #code
    switch (result) {
        HEKLA_VULKAN_CASE(VK_SUCCESS);
        HEKLA_VULKAN_CASE(VK_NOT_READY);
        HEKLA_VULKAN_CASE(VK_TIMEOUT);
        HEKLA_VULKAN_CASE(VK_INCOMPLETE);
        HEKLA_VULKAN_CASE(VK_ERROR_OUT_OF_HOST_MEMORY);
        HEKLA_VULKAN_CASE(VK_ERROR_OUT_OF_DEVICE_MEMORY);
        HEKLA_VULKAN_CASE(VK_ERROR_INITIALIZATION_FAILED);
        HEKLA_VULKAN_CASE(VK_ERROR_DEVICE_LOST);
        HEKLA_VULKAN_CASE(VK_ERROR_MEMORY_MAP_FAILED);
        HEKLA_VULKAN_CASE(VK_ERROR_LAYER_NOT_PRESENT);
        HEKLA_VULKAN_CASE(VK_ERROR_EXTENSION_NOT_PRESENT);
        HEKLA_VULKAN_CASE(VK_ERROR_FEATURE_NOT_PRESENT);
        HEKLA_VULKAN_CASE(VK_ERROR_INCOMPATIBLE_DRIVER);
        HEKLA_VULKAN_CASE(VK_ERROR_TOO_MANY_OBJECTS);
        HEKLA_VULKAN_CASE(VK_ERROR_FRAGMENTED_POOL);
        HEKLA_VULKAN_CASE(VK_ERROR_OUT_OF_POOL_MEMORY);
        HEKLA_VULKAN_CASE(VK_ERROR_UNKNOWN);
        default:
            return "VkResult " + std::to_string(static_cast<int>(result));
    }
#undef HEKLA_VULKAN_CASE
}

ErrorCode error_code(VkResult result) {
    switch (result) {
        case VK_ERROR_OUT_OF_HOST_MEMORY:
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        case VK_ERROR_OUT_OF_POOL_MEMORY:
        case VK_ERROR_TOO_MANY_OBJECTS:
        case VK_ERROR_MEMORY_MAP_FAILED:
            return ErrorCode::out_of_memory;
        case VK_ERROR_DEVICE_LOST:
            return ErrorCode::device_lost;
        case VK_ERROR_INITIALIZATION_FAILED:
        case VK_ERROR_INCOMPATIBLE_DRIVER:
            return ErrorCode::no_device;
        default:
            return ErrorCode::internal;
    }
}

std::string bytes_text(std::uint64_t bytes) {
    const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < std::size(units)) {
        value /= 1024;
        ++unit;
    }
    std::string text = std::to_string(bytes) + " bytes";
    if (unit > 0) {
        char rounded[32];
        std::snprintf(rounded, sizeof rounded, " (%.1f %s)", value, units[unit]);
        text += rounded;
    }
    return text;
}

std::string version_text(std::uint32_t api_version) {
    return std::to_string(VK_API_VERSION_MAJOR(api_version)) + "." +
           std::to_string(VK_API_VERSION_MINOR(api_version)) + "." +
           std::to_string(VK_API_VERSION_PATCH(api_version));
}

}  // namespace hekla::vulkan
