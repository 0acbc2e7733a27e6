#pragma once
// Device memory: one VkBuffer with memory of its own; the plan sub-allocates ranges.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "vulkan/functions.h"

namespace hekla::vulkan {

class Device;

enum class MemoryUse : std::uint8_t {
    device,   // device-local; mapped as well where the device-local heap is host-visible
    upload,   // host-visible, written by the host
    readback  // host-visible, cached if possible, read by the host
};

/// Owns a VkBuffer usable as storage, uniform, texel and transfer buffer; its size is rounded up to
/// 16 bytes, so that a shader may read the last word of an odd size. Contents are undefined after
/// creation. Not thread-safe. Must not outlive its Device.
class Buffer {
  public:
    /// Throws Error (out_of_memory) with the bytes needed and the bytes available.
    Buffer(Device& device, std::uint64_t bytes, MemoryUse use, const char* label);
    ~Buffer();
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    VkBuffer handle() const { return buffer_; }
    std::uint64_t bytes() const { return bytes_; }
    /// Null unless the memory is host-visible.
    std::byte* mapped() const { return mapped_; }
    /// Whether the host reads the mapped memory at full speed (not write-combined).
    bool host_cached() const { return host_cached_; }
    /// Makes host writes visible to the device / device writes visible to the host on non-coherent
    /// memory; nothing otherwise.
    void flush(std::uint64_t offset, std::uint64_t bytes);
    void invalidate(std::uint64_t offset, std::uint64_t bytes) const;

  private:
    void create(MemoryUse use, const char* label);
    void allocate(const VkMemoryRequirements& needed, MemoryUse use, const char* label);
    void destroy() noexcept;
    VkMappedMemoryRange mapped_range(std::uint64_t offset, std::uint64_t bytes) const;

    Device& device_;
    VkBuffer buffer_ = VK_NULL_HANDLE;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    std::uint64_t bytes_ = 0;
    std::uint64_t memory_bytes_ = 0;
    std::byte* mapped_ = nullptr;
    bool coherent_ = true;
    bool host_cached_ = false;
};

/// A part of a buffer. Offsets are multiples of 256, so that any binding may start there.
struct BufferRange {
    const Buffer* buffer = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    bool operator==(const BufferRange&) const = default;
};

inline constexpr std::uint64_t range_alignment = 256;
inline std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

}  // namespace hekla::vulkan
