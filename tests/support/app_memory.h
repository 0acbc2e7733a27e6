#pragma once
// What an application has beside its device: command buffers, buffers and images of its own.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "support/app_device.h"

namespace hekla::tests {

/// A pool, a command buffer and a queue; submits and waits.
class AppCommands {
  public:
    explicit AppCommands(const AppDevice& app);
    ~AppCommands();
    AppCommands(const AppCommands&) = delete;
    AppCommands& operator=(const AppCommands&) = delete;

    /// Begins, calls `record`, ends, submits, waits.
    void run(const std::function<void(VkCommandBuffer)>& record);
    /// The same in two steps.
    VkCommandBuffer recorded(const std::function<void(VkCommandBuffer)>& record,
                             VkCommandBufferUsageFlags usage = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT);
    void submit(VkCommandBuffer cmd);
    /// As run(), through a secondary command buffer.
    void run_secondary(const std::function<void(VkCommandBuffer)>& record);

  private:
    VkCommandBuffer allocate(VkCommandBufferLevel level);

    const AppDevice& app_;
    const vulkan::DeviceFunctions& vk_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
};

/// Host-visible, so that a test reads and writes it.
class AppBuffer {
  public:
    AppBuffer(const AppDevice& app, VkDeviceSize bytes, VkBufferUsageFlags usage);
    ~AppBuffer();
    AppBuffer(const AppBuffer&) = delete;
    AppBuffer& operator=(const AppBuffer&) = delete;

    VkBuffer handle() const { return buffer_; }
    template <class T>
    std::span<T> view() const { return {static_cast<T*>(mapped_), bytes_ / sizeof(T)}; }

  private:
    const AppDevice& app_;
    VkDeviceSize bytes_;
    VkBuffer buffer_ = VK_NULL_HANDLE;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    void* mapped_ = nullptr;
};

/// A 2-D image with optimal tiling, in VK_IMAGE_LAYOUT_GENERAL once something was put into it.
class AppImage {
  public:
    AppImage(const AppDevice& app, AppCommands& commands, VkFormat format, VkExtent2D extent, VkImageUsageFlags usage,
             std::uint32_t layers = 1);
    ~AppImage();
    AppImage(const AppImage&) = delete;
    AppImage& operator=(const AppImage&) = delete;

    /// All texels, layer by layer, as the format has them; both wait.
    void put(std::span<const std::byte> texels);
    std::vector<std::byte> take(std::size_t bytes);
    ImageBinding binding(std::uint32_t channels = 0) const;

  private:
    void barrier(VkCommandBuffer cmd, VkImageLayout from) const;
    VkBufferImageCopy whole() const;
    VkImageAspectFlags aspect() const;

    const AppDevice& app_;
    AppCommands& commands_;
    VkFormat format_;
    VkExtent2D extent_;
    VkImageUsageFlags usage_;
    std::uint32_t layers_;
    VkImage image_ = VK_NULL_HANDLE;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    VkImageLayout layout_ = VK_IMAGE_LAYOUT_UNDEFINED;
};

}  // namespace hekla::tests
