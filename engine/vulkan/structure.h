#pragma once

#include "vulkan/functions.h"

namespace hekla::vulkan {

/// A Vulkan structure with its sType set and every other member zero.
template <typename Structure>
constexpr Structure structure(VkStructureType type) {
    Structure result{};
    result.sType = type;
    return result;
}

}  // namespace hekla::vulkan
