#pragma once
// How a layer finds the one below.

#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

namespace hekla::tests {

/// The loader's link to the layer below, and moves it on for that layer.
template <typename Info, typename CreateInfo>
auto* next_link(const CreateInfo* info, VkStructureType type) {
    auto* link = static_cast<Info*>(const_cast<void*>(info->pNext));
    while (link && !(link->sType == type && link->function == VK_LAYER_LINK_INFO)) {
        link = static_cast<Info*>(const_cast<void*>(link->pNext));
    }
    auto* found = link->u.pLayerInfo;
    link->u.pLayerInfo = found->pNext;
    return found;
}

}  // namespace hekla::tests
