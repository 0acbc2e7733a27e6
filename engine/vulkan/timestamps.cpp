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
    device.check(device.vk().CreateQueryPool(device.handle(), &info, device.allocator(), &pool_),
                 "vkCreateQueryPool");
    device.count_object();
}

Timestamps::~Timestamps() {
    if (pool_ != VK_NULL_HANDLE) {
        device_.vk().DestroyQueryPool(device_.handle(), pool_, device_.allocator());
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
    for (std::uint64_t& time : times) time = ns(time);
    return times;
}

std::optional<std::array<std::uint64_t, 2>> Timestamps::poll_ns(std::uint32_t first) const noexcept {
    if (pool_ == VK_NULL_HANDLE) return std::nullopt;
    std::array<std::uint64_t, 2> times{};
    const VkResult result = device_.vk().GetQueryPoolResults(device_.handle(), pool_, first, 2, sizeof(times), times.data(),
                                                             sizeof(std::uint64_t), VK_QUERY_RESULT_64_BIT);
    if (result != VK_SUCCESS) return std::nullopt;
    return std::array<std::uint64_t, 2>{ns(times[0]), ns(times[1])};
}

std::uint64_t Timestamps::ns(std::uint64_t ticks) const {
    const std::uint32_t bits = device_.caps().timestamp_valid_bits;
    const std::uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1;
    const float period_ns = device_.caps().timestamp_period_ns;
    if (period_ns == 1.0f) return ticks & mask;
    return static_cast<std::uint64_t>(static_cast<long double>(ticks & mask) * period_ns);
}

}  // namespace hekla::vulkan
