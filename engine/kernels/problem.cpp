#include "kernels/problem.h"

#include <hekla/error.h>

#include "reference/reference.h"

namespace hekla::kernels {

namespace {
// One row of groups; shaders/common.glsl has the same number.
constexpr std::uint64_t groups_per_row = 32768;

// A CPU spills into its first cache, which costs little.
constexpr std::uint32_t cpu_registers = 256;

constexpr std::uint32_t amd = 0x1002, nvidia = 0x10de, arm = 0x13b5, qualcomm = 0x5143;

/// What compilers were seen to hold without spilling (tools/hekla-shader-report), less than what the hardware has. Unknown
/// ones count as Intel, which has 128 per invocation.
std::uint32_t registers_of(std::uint32_t vendor_id) {
    if (vendor_id == amd || vendor_id == nvidia || vendor_id == qualcomm) return 120;
    return vendor_id == arm ? 56 : 88;  // Mali: 64
}
}  // namespace

std::vector<double> Problem::sample(std::uint32_t operand, std::uint32_t seed) const {
    std::vector<double> values(operands()[operand].elements);
    for (std::uint32_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(2.0 * reference::random_unit(seed, 0, operand, i) - 1.0);
    return values;
}

std::vector<std::unique_ptr<Problem>> Problem::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list;
    list.push_back(small());
    return list;
}

void renumber(Implementation& part, std::span<const std::uint32_t> at, std::uint32_t first_scratch) {
    const auto count = static_cast<std::uint32_t>(at.size());
    for (KernelCall& call : part.calls)
        for (Slot& slot : call.slots) slot.operand = slot.operand < count ? at[slot.operand] : first_scratch + slot.operand - count;
}

std::array<std::uint32_t, 3> groups_for(std::uint64_t invocations, std::uint32_t group_size) {
    const std::uint64_t groups = (invocations + group_size - 1) / group_size;
    if (groups <= groups_per_row) return {static_cast<std::uint32_t>(groups ? groups : 1), 1, 1};
    const std::uint64_t rows = (groups + groups_per_row - 1) / groups_per_row;
    if (rows > 65535)
        throw Error(ErrorCode::unsupported, "[kernels] " + std::to_string(invocations) + " invocations are more than one dispatch can have");
    return {groups_per_row, static_cast<std::uint32_t>(rows), 1};
}

DeviceTraits traits(const vulkan::Device& device) {
    DeviceTraits result;
    result.cpu = device.gpu().device_class == vulkan::DeviceClass::cpu;
    result.prefer_texel_buffers = device.quirks().prefer_texel_buffers || device.quirks().splits_storage_vectors;
    result.group_size = result.cpu ? 16 : 64;
    result.target_invocations = result.cpu ? 256 : 16384;
    result.registers = result.cpu ? cpu_registers : registers_of(device.gpu().vendor_id);
    // A CPU switches between all invocations at a barrier; Mali has no shared memory but the cache that loads go through, too;
    // on Adreno half as many subgroups are resident as with tiles in registers, for the same share of multiply-adds.
    const std::uint32_t vendor = device.gpu().vendor_id;
    result.shared_memory_pays = !result.cpu && vendor != arm && vendor != qualcomm;
    return result;
}

bool texels_fit(const vulkan::Device& device, std::uint64_t elements, std::uint32_t components) {
    const std::uint64_t texels = (elements + components - 1) / components;
    return texels <= device.caps().max_texel_elements;
}

}  // namespace hekla::kernels
