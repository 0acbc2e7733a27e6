#include "vulkan/buffer.h"

#include <hekla/error.h>

#include <algorithm>
#include <string>

#include "vulkan/device.h"
#include "vulkan/results.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

constexpr VkBufferUsageFlags all_uses =
    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
    VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
    VK_BUFFER_USAGE_TRANSFER_DST_BIT;
constexpr std::uint64_t size_alignment = 16;

[[noreturn]] void out_of_memory(const Device& device, std::uint64_t bytes, const char* label,
                                const std::string& reason) {
    throw Error(ErrorCode::out_of_memory, "[buffer " + std::string(label) + "] " +
                                              bytes_text(bytes) + " needed, " +
                                              bytes_text(device.memory_available()) +
                                              " available on " + device.gpu().name + ": " + reason);
}

void check_room(const Device& device, std::uint64_t bytes, MemoryUse use, const char* label) {
    const DeviceCaps& caps = device.caps();
    if (bytes > caps.max_allocation_bytes) {
        out_of_memory(device, bytes, label,
                      "one allocation holds at most " + bytes_text(caps.max_allocation_bytes));
    }
    if (device.allocations() >= caps.max_allocations) {
        out_of_memory(device, bytes, label,
                      "all " + std::to_string(caps.max_allocations) + " allocations are in use");
    }
    if (use == MemoryUse::device && bytes > device.memory_available()) {
        out_of_memory(device, bytes, label,
                      bytes_text(device.memory_allocated()) + " are allocated already");
    }
}

}  // namespace

Buffer::Buffer(Device& device, std::uint64_t bytes, MemoryUse use, const char* label)
    : device_(device), bytes_(bytes) {
    if (bytes == 0) {
        throw Error(ErrorCode::invalid_argument,
                    "[buffer " + std::string(label) + "] has 0 bytes; at least 1 is needed");
    }
    try {
        create(use, label);
    } catch (...) {
        destroy();
        throw;
    }
}

Buffer::~Buffer() {
    device_.forget(*this);
    destroy();
}

void Buffer::create(MemoryUse use, const char* label) {
    // Before vkCreateBuffer, for a size beyond the device's reach is not even valid there.
    check_room(device_, bytes_, use, label);
    auto info = structure<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
    info.size = align_up(bytes_, size_alignment);
    info.usage = all_uses;
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
    device_.check(device_.vk().CreateBuffer(device_.handle(), &info, device_.allocator(), &buffer_),
                  "vkCreateBuffer");
    device_.count_object();
    device_.set_label(VK_OBJECT_TYPE_BUFFER, buffer_, label);
    VkMemoryRequirements needed{};
    device_.vk().GetBufferMemoryRequirements(device_.handle(), buffer_, &needed);
    allocate(needed, use, label);
    device_.check(device_.vk().BindBufferMemory(device_.handle(), buffer_, memory_, 0),
                  "vkBindBufferMemory");
}

void Buffer::allocate(const VkMemoryRequirements& needed, MemoryUse use, const char* label) {
    check_room(device_, needed.size, use, label);
    bool host_visible = false;
    const std::uint32_t type =
        device_.memory_type(needed.memoryTypeBits, use, host_visible, coherent_);
    auto info = structure<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
    info.allocationSize = needed.size;
    info.memoryTypeIndex = type;
    const VkResult result = device_.vk().AllocateMemory(device_.handle(), &info, device_.allocator(), &memory_);
    if (error_code(result) == ErrorCode::out_of_memory) {
        out_of_memory(device_, needed.size, label, "vkAllocateMemory: " + result_name(result));
    }
    device_.check(result, "vkAllocateMemory");
    memory_bytes_ = needed.size;
    device_.count_allocation(static_cast<std::int64_t>(memory_bytes_));
    if (!host_visible) return;
    host_cached_ = (device_.memory_flags(type) & VK_MEMORY_PROPERTY_HOST_CACHED_BIT) != 0;
    void* address = nullptr;
    device_.check(device_.vk().MapMemory(device_.handle(), memory_, 0, VK_WHOLE_SIZE, 0, &address),
                  "vkMapMemory");
    mapped_ = static_cast<std::byte*>(address);
}

void Buffer::destroy() noexcept {
    if (buffer_ != VK_NULL_HANDLE) {
        device_.vk().DestroyBuffer(device_.handle(), buffer_, device_.allocator());
    }
    if (memory_ != VK_NULL_HANDLE) {
        device_.vk().FreeMemory(device_.handle(), memory_, device_.allocator());
        device_.count_allocation(-static_cast<std::int64_t>(memory_bytes_));
    }
}

VkMappedMemoryRange Buffer::mapped_range(std::uint64_t offset, std::uint64_t bytes) const {
    const std::uint64_t atom = device_.caps().non_coherent_atom_bytes;
    const std::uint64_t first = offset / atom * atom;
    const std::uint64_t last = align_up(offset + bytes, atom);
    auto range = structure<VkMappedMemoryRange>(VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE);
    range.memory = memory_;
    range.offset = first;
    range.size = last >= memory_bytes_ ? VK_WHOLE_SIZE : last - first;
    return range;
}

void Buffer::flush(std::uint64_t offset, std::uint64_t bytes) {
    if (coherent_ || mapped_ == nullptr || bytes == 0) return;
    const VkMappedMemoryRange range = mapped_range(offset, bytes);
    device_.check(device_.vk().FlushMappedMemoryRanges(device_.handle(), 1, &range),
                  "vkFlushMappedMemoryRanges");
}

void Buffer::invalidate(std::uint64_t offset, std::uint64_t bytes) const {
    if (coherent_ || mapped_ == nullptr || bytes == 0) return;
    const VkMappedMemoryRange range = mapped_range(offset, bytes);
    device_.check(device_.vk().InvalidateMappedMemoryRanges(device_.handle(), 1, &range),
                  "vkInvalidateMappedMemoryRanges");
}

}  // namespace hekla::vulkan
