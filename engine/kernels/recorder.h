#pragma once
// From a KernelCall and memory to vkCmd*: the one place that records dispatches.

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/problem.h"

namespace hekla::kernels {

/// A call whose pipeline and descriptor set exist. The set belongs to the DescriptorArena.
struct PreparedCall {
    const vulkan::Pipeline* pipeline = nullptr;
    VkDescriptorSet set = VK_NULL_HANDLE;
    std::vector<std::byte> params;
    std::array<std::uint32_t, 3> groups = {1, 1, 1};
    double work = 0;

    /// The axis along which the dispatch can be cut: its longest.
    std::uint32_t cut_axis() const;
    std::uint32_t cut_groups() const { return groups[cut_axis()]; }
};

/// `operands[i]` is the memory of the call's operand i. Throws Error if the pipeline can't be made.
PreparedCall prepare(vulkan::Device& device, vulkan::DescriptorArena& sets, const KernelCall& call,
                     std::span<const vulkan::BufferRange> operands);

/// Records groups [first, first + count) along the cut axis; the whole dispatch without them. Does not
/// allocate and cannot fail.
void emit(const vulkan::Device& device, VkCommandBuffer cmd, const PreparedCall& call);
void emit(const vulkan::Device& device, VkCommandBuffer cmd, const PreparedCall& call, std::uint32_t first,
          std::uint32_t count);

/// Bytes of memory that an operand's range must have: its elements rounded up to a whole vec4.
inline std::uint64_t range_bytes(std::uint64_t elements, DType dtype) {
    return vulkan::align_up(std::max<std::uint64_t>(elements * byte_size(dtype), 16), 16);
}

}  // namespace hekla::kernels
