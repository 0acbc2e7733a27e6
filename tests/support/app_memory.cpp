#include "support/app_memory.h"

#include <cstring>
#include <stdexcept>

#include "vulkan/structure.h"

namespace hekla::tests {
namespace {

using vulkan::structure;

void require(VkResult result, const char* what) {
    if (result != VK_SUCCESS) throw std::runtime_error(std::string(what) + " failed");
}

constexpr VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

VkDeviceMemory allocate(const AppDevice& app, const VkMemoryRequirements& needed, VkMemoryPropertyFlags properties) {
    auto info = structure<VkMemoryAllocateInfo>(VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO);
    info.allocationSize = needed.size;
    info.memoryTypeIndex = app.memory_type(needed.memoryTypeBits, properties);
    VkDeviceMemory memory = VK_NULL_HANDLE;
    require(app.vk().AllocateMemory(app.handle(), &info, nullptr, &memory), "vkAllocateMemory");
    return memory;
}

}  // namespace

AppCommands::AppCommands(const AppDevice& app) : app_(app), vk_(app.vk()) {
    auto pool = structure<VkCommandPoolCreateInfo>(VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO);
    require(vk_.CreateCommandPool(app.handle(), &pool, nullptr, &pool_), "vkCreateCommandPool");
}

AppCommands::~AppCommands() { vk_.DestroyCommandPool(app_.handle(), pool_, nullptr); }

VkCommandBuffer AppCommands::allocate(VkCommandBufferLevel level) {
    auto info = structure<VkCommandBufferAllocateInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO);
    info.commandPool = pool_;
    info.level = level;
    info.commandBufferCount = 1;
    VkCommandBuffer cmd = VK_NULL_HANDLE;
    require(vk_.AllocateCommandBuffers(app_.handle(), &info, &cmd), "vkAllocateCommandBuffers");
    return cmd;
}

VkCommandBuffer AppCommands::recorded(const std::function<void(VkCommandBuffer)>& record, VkCommandBufferUsageFlags usage) {
    VkCommandBuffer cmd = allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    auto begin = structure<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
    begin.flags = usage;
    require(vk_.BeginCommandBuffer(cmd, &begin), "vkBeginCommandBuffer");
    record(cmd);
    // What the host reads after the wait.
    auto memory = structure<VkMemoryBarrier>(VK_STRUCTURE_TYPE_MEMORY_BARRIER);
    memory.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    memory.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
    vk_.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                           &memory, 0, nullptr, 0, nullptr);
    require(vk_.EndCommandBuffer(cmd), "vkEndCommandBuffer");
    return cmd;
}

void AppCommands::submit(VkCommandBuffer cmd) {
    auto info = structure<VkSubmitInfo>(VK_STRUCTURE_TYPE_SUBMIT_INFO);
    info.commandBufferCount = 1;
    info.pCommandBuffers = &cmd;
    require(vk_.QueueSubmit(app_.borrowed().queue, 1, &info, VK_NULL_HANDLE), "vkQueueSubmit");
    require(vk_.QueueWaitIdle(app_.borrowed().queue), "vkQueueWaitIdle");
}

void AppCommands::run(const std::function<void(VkCommandBuffer)>& record) { submit(recorded(record)); }

void AppCommands::run_secondary(const std::function<void(VkCommandBuffer)>& record) {
    VkCommandBuffer secondary = allocate(VK_COMMAND_BUFFER_LEVEL_SECONDARY);
    const auto inheritance = structure<VkCommandBufferInheritanceInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO);
    auto begin = structure<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    begin.pInheritanceInfo = &inheritance;
    require(vk_.BeginCommandBuffer(secondary, &begin), "vkBeginCommandBuffer");
    record(secondary);
    require(vk_.EndCommandBuffer(secondary), "vkEndCommandBuffer");
    run([&](VkCommandBuffer cmd) { vk_.CmdExecuteCommands(cmd, 1, &secondary); });
}

AppBuffer::AppBuffer(const AppDevice& app, VkDeviceSize bytes, VkBufferUsageFlags usage) : app_(app), bytes_(bytes) {
    auto info = structure<VkBufferCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO);
    info.size = bytes;
    info.usage = usage;
    require(app.vk().CreateBuffer(app.handle(), &info, nullptr, &buffer_), "vkCreateBuffer");
    VkMemoryRequirements needed{};
    app.vk().GetBufferMemoryRequirements(app.handle(), buffer_, &needed);
    memory_ = allocate(app, needed, visible);
    require(app.vk().BindBufferMemory(app.handle(), buffer_, memory_, 0), "vkBindBufferMemory");
    require(app.vk().MapMemory(app.handle(), memory_, 0, VK_WHOLE_SIZE, 0, &mapped_), "vkMapMemory");
    std::memset(mapped_, 0xa5, bytes);
}

AppBuffer::~AppBuffer() {
    app_.vk().DestroyBuffer(app_.handle(), buffer_, nullptr);
    app_.vk().FreeMemory(app_.handle(), memory_, nullptr);
}

AppImage::AppImage(const AppDevice& app, AppCommands& commands, VkFormat format, VkExtent2D extent, VkImageUsageFlags usage,
                   std::uint32_t layers)
    : app_(app), commands_(commands), format_(format), extent_(extent), usage_(usage), layers_(layers) {
    auto info = structure<VkImageCreateInfo>(VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO);
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = format;
    info.extent = {extent.width, extent.height, 1};
    info.mipLevels = 1;
    info.arrayLayers = layers;
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.usage = usage | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
    require(app.command<PFN_vkCreateImage>("vkCreateImage")(app.handle(), &info, nullptr, &image_), "vkCreateImage");
    VkMemoryRequirements needed{};
    app.command<PFN_vkGetImageMemoryRequirements>("vkGetImageMemoryRequirements")(app.handle(), image_, &needed);
    memory_ = allocate(app, needed, 0);
    require(app.command<PFN_vkBindImageMemory>("vkBindImageMemory")(app.handle(), image_, memory_, 0), "vkBindImageMemory");
}

AppImage::~AppImage() {
    app_.command<PFN_vkDestroyImage>("vkDestroyImage")(app_.handle(), image_, nullptr);
    app_.vk().FreeMemory(app_.handle(), memory_, nullptr);
}

VkImageAspectFlags AppImage::aspect() const {
    return format_ == VK_FORMAT_D32_SFLOAT || format_ == VK_FORMAT_D16_UNORM ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
}

void AppImage::barrier(VkCommandBuffer cmd, VkImageLayout from) const {
    auto barrier = structure<VkImageMemoryBarrier>(VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER);
    barrier.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
    barrier.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
    barrier.oldLayout = from;
    barrier.newLayout = VK_IMAGE_LAYOUT_GENERAL;
    barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = image_;
    barrier.subresourceRange = {aspect(), 0, 1, 0, layers_};
    app_.vk().CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, nullptr, 0, nullptr, 1,
                                 &barrier);
}

VkBufferImageCopy AppImage::whole() const {
    VkBufferImageCopy region{};
    region.imageSubresource = {aspect(), 0, 0, layers_};
    region.imageExtent = {extent_.width, extent_.height, 1};
    return region;
}

void AppImage::put(std::span<const std::byte> texels) {
    const AppBuffer stage(app_, texels.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT);
    std::memcpy(stage.view<std::byte>().data(), texels.data(), texels.size());
    commands_.run([&](VkCommandBuffer cmd) {
        barrier(cmd, layout_);
        const VkBufferImageCopy region = whole();
        app_.command<PFN_vkCmdCopyBufferToImage>("vkCmdCopyBufferToImage")(cmd, stage.handle(), image_, VK_IMAGE_LAYOUT_GENERAL, 1, &region);
        barrier(cmd, VK_IMAGE_LAYOUT_GENERAL);
    });
    layout_ = VK_IMAGE_LAYOUT_GENERAL;
}

std::vector<std::byte> AppImage::take(std::size_t bytes) {
    const AppBuffer stage(app_, bytes, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
    commands_.run([&](VkCommandBuffer cmd) {
        barrier(cmd, layout_);
        const VkBufferImageCopy region = whole();
        app_.command<PFN_vkCmdCopyImageToBuffer>("vkCmdCopyImageToBuffer")(cmd, image_, VK_IMAGE_LAYOUT_GENERAL, stage.handle(), 1, &region);
    });
    const auto view = stage.view<std::byte>();
    return {view.begin(), view.end()};
}

ImageBinding AppImage::binding(std::uint32_t channels) const {
    ImageBinding binding;
    binding.image = image_;
    binding.format = format_;
    binding.usage = usage_;
    binding.layout = VK_IMAGE_LAYOUT_GENERAL;
    binding.extent = extent_;
    binding.array_layers = layers_;
    binding.channels = channels;
    return binding;
}

}  // namespace hekla::tests
