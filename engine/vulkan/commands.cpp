#include "vulkan/commands.h"

#include "vulkan/device.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

constexpr VkPipelineStageFlags work_stages =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
constexpr VkAccessFlags work_writes = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
constexpr VkAccessFlags work_accesses = work_writes | VK_ACCESS_SHADER_READ_BIT |
                                        VK_ACCESS_UNIFORM_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT;
// Not endless: a driver that waits in slices notices a lost device between them.
constexpr std::uint64_t wait_slice_ns = 10'000'000'000ull;

void barrier(const Device& device, VkCommandBuffer cmd, VkPipelineStageFlags to,
             VkAccessFlags accesses) {
    auto memory = structure<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
    memory.srcAccessMask = work_writes;
    memory.dstAccessMask = accesses;
    device.vk().CmdPipelineBarrier(cmd, work_stages, to, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

}  // namespace

CommandPool::CommandPool(Device& device) : device_(device) {
    auto info = structure<VkCommandPoolCreateInfo>(VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
    info.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
    info.queueFamilyIndex = device.queue_family();
    device.check(device.vk().CreateCommandPool(device.handle(), &info, device.allocator(), &pool_),
                 "vkCreateCommandPool");
    device.count_object();
}

CommandPool::~CommandPool() { device_.vk().DestroyCommandPool(device_.handle(), pool_, device_.allocator()); }

VkCommandBuffer CommandPool::allocate(VkCommandBufferLevel level) {
    auto info =
        structure<VkCommandBufferAllocateInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
    info.commandPool = pool_;
    info.level = level;
    info.commandBufferCount = 1;
    VkCommandBuffer cmd = VK_NULL_HANDLE;
    device_.check(device_.vk().AllocateCommandBuffers(device_.handle(), &info, &cmd),
                  "vkAllocateCommandBuffers");
    device_.count_object();
    return cmd;
}

void CommandPool::free(VkCommandBuffer cmd) {
    device_.vk().FreeCommandBuffers(device_.handle(), pool_, 1, &cmd);
}

void begin(const Device& device, VkCommandBuffer cmd, VkCommandBufferLevel level) {
    // Explicitly, for an Error thrown during an earlier recording leaves it in the recording state.
    device.check(device.vk().ResetCommandBuffer(cmd, 0), "vkResetCommandBuffer");
    const auto inheritance = structure<VkCommandBufferInheritanceInfo>(
        VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO);
    auto info = structure<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
    info.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT;
    if (level == VK_COMMAND_BUFFER_LEVEL_SECONDARY) info.pInheritanceInfo = &inheritance;
    device.check(device.vk().BeginCommandBuffer(cmd, &info), "vkBeginCommandBuffer");
}

void end(const Device& device, VkCommandBuffer cmd) {
    device.check(device.vk().EndCommandBuffer(cmd), "vkEndCommandBuffer");
}

void compute_barrier(const Device& device, VkCommandBuffer cmd) {
    barrier(device, cmd, work_stages, work_accesses);
}

void host_barrier(const Device& device, VkCommandBuffer cmd) {
    barrier(device, cmd, VK_PIPELINE_STAGE_HOST_BIT,
            VK_ACCESS_HOST_READ_BIT | VK_ACCESS_HOST_WRITE_BIT);
}

void begin_label(const Device& device, VkCommandBuffer cmd, const char* label) {
    if (!device.debug_labels()) return;
    auto info = structure<VkDebugUtilsLabelEXT>(VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT);
    info.pLabelName = label;
    device.vk().CmdBeginDebugUtilsLabelEXT(cmd, &info);
}

void end_label(const Device& device, VkCommandBuffer cmd) {
    if (device.debug_labels()) device.vk().CmdEndDebugUtilsLabelEXT(cmd);
}

Submission::Submission(Device& device) : device_(device) {
    const auto info = structure<VkFenceCreateInfo>(VK_STRUCTURE_TYPE_FENCE_CREATE_INFO);
    device.check(device.vk().CreateFence(device.handle(), &info, device.allocator(), &fence_),
                 "vkCreateFence");
    device.count_object();
}

Submission::~Submission() {
    try {
        wait();
    } catch (...) {
        // The device is lost: nothing runs any more, so the fence may go.
    }
    device_.vk().DestroyFence(device_.handle(), fence_, device_.allocator());
}

void Submission::submit(VkCommandBuffer primary) {
    wait();
    auto info = structure<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
    info.commandBufferCount = 1;
    info.pCommandBuffers = &primary;
    device_.check(device_.vk().QueueSubmit(device_.queue(), 1, &info, fence_), "vkQueueSubmit");
    in_flight_ = true;
}

void Submission::wait() {
    if (!in_flight_) return;
    VkResult result = VK_TIMEOUT;
    while (result == VK_TIMEOUT) {
        result = device_.vk().WaitForFences(device_.handle(), 1, &fence_, VK_TRUE, wait_slice_ns);
    }
    in_flight_ = false;
    device_.check(result, "vkWaitForFences");
    device_.check(device_.vk().ResetFences(device_.handle(), 1, &fence_), "vkResetFences");
}

}  // namespace hekla::vulkan
