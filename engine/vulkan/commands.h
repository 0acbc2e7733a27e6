#pragma once
// Command buffers, submission, descriptor sets and timestamps. Everything here lives on one queue.
// None of these classes is thread-safe.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vulkan/buffer.h"
#include "vulkan/pipeline.h"

namespace hekla::vulkan {

class Device;

/// Owns a VkCommandPool; hands out command buffers that live as long as it does.
class CommandPool {
  public:
    explicit CommandPool(Device& device);
    ~CommandPool();
    CommandPool(const CommandPool&) = delete;
    CommandPool& operator=(const CommandPool&) = delete;

    /// Allocates a command buffer (not yet recording).
    VkCommandBuffer allocate(VkCommandBufferLevel level);
    void free(VkCommandBuffer cmd);

  private:
    Device& device_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
};

/// Begins recording; what the command buffer held is dropped. Both levels are begun with
/// SIMULTANEOUS_USE, so that they may be replayed while an earlier replay is still in flight.
/// Throws Error on device loss or lack of memory.
void begin(const Device& device, VkCommandBuffer cmd, VkCommandBufferLevel level);
void end(const Device& device, VkCommandBuffer cmd);

/// Compute (and transfer) writes before are visible to compute reads and writes, uniform reads
/// and transfers after.
void compute_barrier(const Device& device, VkCommandBuffer cmd);
/// All device writes before are visible to the host after the fence.
void host_barrier(const Device& device, VkCommandBuffer cmd);
/// Begin / end a debug label if VK_EXT_debug_utils is on; nothing otherwise.
void begin_label(const Device& device, VkCommandBuffer cmd, const char* label);
void end_label(const Device& device, VkCommandBuffer cmd);

/// A fence with a submit in flight or none.
class Submission {
  public:
    explicit Submission(Device& device);
    ~Submission();
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;

    /// Waits for the submit in flight, if any, then submits.
    void submit(VkCommandBuffer primary);
    /// Waits for the submit in flight, if any. Throws Error (device_lost) if the device is lost.
    void wait();
    bool in_flight() const { return in_flight_; }

  private:
    Device& device_;
    VkFence fence_ = VK_NULL_HANDLE;
    bool in_flight_ = false;
};

/// Owns a growing list of descriptor pools; sets live as long as it does.
class DescriptorArena {
  public:
    explicit DescriptorArena(Device& device) : device_(device) {}
    ~DescriptorArena();
    DescriptorArena(const DescriptorArena&) = delete;
    DescriptorArena& operator=(const DescriptorArena&) = delete;

    struct Bound {
        BufferRange range;
        std::uint32_t texel_components = 0;  // texel bindings: 1 (r32f) or 4 (rgba32f)
        bool half = false;                   // r16f and rgba16f instead, which every device has too
        // An application's own, in place of a range; whoever gives them has checked them.
        VkDescriptorBufferInfo foreign = {};  // storage bindings
        VkDescriptorImageInfo image = {};     // image bindings
    };
    /// A written descriptor set; `bound[i]` belongs to binding i of the pipeline's shader. Texel
    /// bindings get a VkBufferView owned by the arena (one per distinct range). Throws Error
    /// (internal) if bindings and ranges do not fit each other, (unsupported) if a range exceeds
    /// the DeviceCaps; each names shader and binding.
    VkDescriptorSet make(const Pipeline& pipeline, std::span<const Bound> bound);

  private:
    struct Needs {
        std::uint32_t storage = 0, uniform = 0, texel = 0, sampled_image = 0, storage_image = 0;
    };
    VkBufferView texel_view(const ShaderInfo& shader, const ShaderBinding& binding,
                            const Bound& bound);
    VkDescriptorSet allocate(const Pipeline& pipeline, const Needs& needs);
    void add_pool(const Needs& needs);

    Device& device_;
    struct View {
        Bound bound;
        VkBufferView view;
    };
    std::vector<VkDescriptorPool> pools_;
    std::vector<View> views_;
    std::uint32_t sets_left_ = 0;
    Needs left_;
};

/// A pool of timestamp queries. With caps().timestamp_valid_bits == 0 every call is a no-op and
/// read() returns nothing.
class Timestamps {
  public:
    Timestamps(Device& device, std::uint32_t count);
    ~Timestamps();
    Timestamps(const Timestamps&) = delete;
    Timestamps& operator=(const Timestamps&) = delete;

    std::uint32_t count() const { return count_; }
    /// Records the reset of queries [first, first + count) (outside of any secondary).
    void reset(VkCommandBuffer cmd, std::uint32_t first, std::uint32_t count);
    void write(VkCommandBuffer cmd, std::uint32_t index);
    /// Nanoseconds of queries [first, first + count), after their submit was waited for; masked by
    /// the valid bits. Empty without timestamps.
    std::vector<std::uint64_t> read_ns(std::uint32_t first, std::uint32_t count);
    /// Queries first and first + 1 in nanoseconds, if both have been written since their reset; never waits, and cannot fail.
    std::optional<std::array<std::uint64_t, 2>> poll_ns(std::uint32_t first) const noexcept;
    bool available() const { return pool_ != VK_NULL_HANDLE; }

  private:
    std::uint64_t ns(std::uint64_t ticks) const;

    Device& device_;
    VkQueryPool pool_ = VK_NULL_HANDLE;
    std::uint32_t count_ = 0;
};

}  // namespace hekla::vulkan
