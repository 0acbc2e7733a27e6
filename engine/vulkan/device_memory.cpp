// Memory types and what is left of each heap.

#include <hekla/error.h>

#include <algorithm>
#include <optional>

#include "vulkan/device.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

constexpr VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
constexpr VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags coherent_flag = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
// Types that need a feature of their own or are no ordinary memory.
constexpr VkMemoryPropertyFlags never =
    VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT | VK_MEMORY_PROPERTY_PROTECTED_BIT |
    VK_MEMORY_PROPERTY_DEVICE_COHERENT_BIT_AMD | VK_MEMORY_PROPERTY_DEVICE_UNCACHED_BIT_AMD |
    VK_MEMORY_PROPERTY_RDMA_CAPABLE_BIT_NV;

VkDeviceSize largest_local_heap(const VkPhysicalDeviceMemoryProperties& memory) {
    VkDeviceSize largest = 0;
    for (std::uint32_t i = 0; i < memory.memoryHeapCount; ++i) {
        const VkMemoryHeap& heap = memory.memoryHeaps[i];
        if ((heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0) {
            largest = std::max(largest, heap.size);
        }
    }
    return largest;
}

/// Higher is better; none: unfit.
std::optional<int> score(const VkPhysicalDeviceMemoryProperties& memory, std::uint32_t type,
                         MemoryUse use, VkDeviceSize largest_local) {
    const VkMemoryPropertyFlags flags = memory.memoryTypes[type].propertyFlags;
    if ((flags & never) != 0) return std::nullopt;
    const auto worth = [flags](VkMemoryPropertyFlags flag, int points) {
        return (flags & flag) != 0 ? points : 0;
    };
    if (use == MemoryUse::device) {
        // The 256 MiB window that a discrete GPU without resizable BAR maps is too small for
        // tensors.
        const VkDeviceSize heap = memory.memoryHeaps[memory.memoryTypes[type].heapIndex].size;
        const int size = heap == largest_local ? 8 : 0;
        return worth(local, 16) + size + worth(visible, 4) + worth(cached, 2) +
               worth(coherent_flag, 1);
    }
    if ((flags & visible) == 0) return std::nullopt;
    if (use == MemoryUse::upload) return worth(coherent_flag, 4) + worth(local, -2);
    return worth(cached, 4) + worth(coherent_flag, 2) + worth(local, -1);
}

}  // namespace

std::uint32_t Device::memory_type(std::uint32_t type_bits, MemoryUse use, bool& host_visible,
                                  bool& coherent) const {
    const VkDeviceSize largest = largest_local_heap(memory_);
    std::optional<std::uint32_t> best;
    int best_score = 0;
    for (std::uint32_t type = 0; type < memory_.memoryTypeCount; ++type) {
        if ((type_bits >> type & 1u) == 0) continue;
        const std::optional<int> points = score(memory_, type, use, largest);
        if (!points || (best && *points <= best_score)) continue;
        best = type;
        best_score = *points;
    }
    if (!best) {
        throw Error(ErrorCode::unsupported, "[device] " + gpu_.name +
                                                " offers no memory type fit for a buffer of this "
                                                "kind");
    }
    const VkMemoryPropertyFlags flags = memory_flags(*best);
    host_visible =
        (flags & visible) != 0 && (use != MemoryUse::device || caps_.mapped_device_memory);
    coherent = (flags & coherent_flag) != 0;
    return *best;
}

VkMemoryPropertyFlags Device::memory_flags(std::uint32_t type) const {
    return memory_.memoryTypes[type].propertyFlags;
}

std::uint64_t Device::memory_available() const {
    bool host_visible = false;
    bool coherent = false;
    const std::uint32_t type = memory_type(~0u, MemoryUse::device, host_visible, coherent);
    const std::uint32_t heap = memory_.memoryTypes[type].heapIndex;
    const std::uint64_t size = memory_.memoryHeaps[heap].size;
    std::uint64_t available = size > allocated_bytes_ ? size - allocated_bytes_ : 0;
    if (memory_budget_) {
        auto budget = structure<VkPhysicalDeviceMemoryBudgetPropertiesEXT>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
        auto memory = structure<VkPhysicalDeviceMemoryProperties2>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2);
        memory.pNext = &budget;
        instance_functions_.GetPhysicalDeviceMemoryProperties2(physical_, &memory);
        const std::uint64_t limit = budget.heapBudget[heap];
        const std::uint64_t used = budget.heapUsage[heap];
        available = std::min(available, limit > used ? limit - used : 0);
    }
    return available;
}

void Device::count_allocation(std::int64_t bytes) {
    allocated_bytes_ += static_cast<std::uint64_t>(bytes);  // wraps around for freed ones
    if (bytes >= 0) {
        ++allocations_;
        count_object();
    } else {
        --allocations_;
    }
}

}  // namespace hekla::vulkan
