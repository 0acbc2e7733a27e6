#include <hekla/error.h>

#include "vulkan/commands.h"
#include "vulkan/device.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {

Timestamps::Timestamps(Device& device, std::uint32_t count) : device_(device), count_(count) {
    if (device.caps().timestamp_valid_bits == 0 || count == 0) return;
    auto info = structure<VkQueryPoolCreateInfo>(VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO);
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    info.queryCount = count;
    device.check(device.vk().CreateQueryPool(device.handle(), &info, nullptr, &pool_),
                 "vkCreateQueryPool");
    device.count_object();
}

Timestamps::~Timestamps() {
    if (pool_ != VK_NULL_HANDLE) {
        device_.vk().DestroyQueryPool(device_.handle(), pool_, nullptr);
    }
}

void Timestamps::reset(VkCommandBuffer cmd, std::uint32_t first, std::uint32_t count) {
    if (pool_ != VK_NULL_HANDLE) device_.vk().CmdResetQueryPool(cmd, pool_, first, count);
}

void Timestamps::write(VkCommandBuffer cmd, std::uint32_t index) {
    if (pool_ == VK_NULL_HANDLE) return;
    // The bottom of the pipe: when all that was recorded before has ended.
    device_.vk().CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_, index);
}

std::vector<std::uint64_t> Timestamps::read_ns(std::uint32_t first, std::uint32_t count) {
    if (pool_ == VK_NULL_HANDLE || count == 0) return {};
    std::vector<std::uint64_t> times(count);
    device_.check(device_.vk().GetQueryPoolResults(device_.handle(), pool_, first, count,
                                                   count * sizeof(std::uint64_t), times.data(),
                                                   sizeof(std::uint64_t), VK_QUERY_RESULT_64_BIT),
                  "vkGetQueryPoolResults");
    const std::uint32_t bits = device_.caps().timestamp_valid_bits;
    const std::uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1;
    const float period_ns = device_.caps().timestamp_period_ns;
    for (std::uint64_t& time : times) {
        time &= mask;
        if (period_ns != 1.0f) {
            time = static_cast<std::uint64_t>(static_cast<long double>(time) * period_ns);
        }
    }
    return times;
}

}  // namespace hekla::vulkan
