#pragma once
// A Vulkan device as an application makes it for itself, with validation on.

#include <string>
#include <vector>

#include <hekla/vulkan.h>

#include "vulkan/device.h"

namespace hekla::tests {

/// Opens the loader by hand, makes instance, messenger and device, and destroys them at the end.
class AppDevice {
  public:
    /// `messages` gets what validation says.
    /// `get_instance_proc_addr`: of a loader that stays open; null opens one.
    explicit AppDevice(std::vector<std::string>& messages, PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr);
    ~AppDevice();
    AppDevice(const AppDevice&) = delete;
    AppDevice& operator=(const AppDevice&) = delete;

    const vulkan::BorrowedDevice& borrowed() const { return borrowed_; }
    /// What an application tells adopt(): no queue.
    AdoptedDevice adopted() const;
    const vulkan::DeviceFunctions& vk() const { return device_functions_; }
    const vulkan::InstanceFunctions& vki() const { return functions_; }
    VkDevice handle() const { return borrowed_.device; }
    /// A memory type with these properties among `bits`.
    std::uint32_t memory_type(std::uint32_t bits, VkMemoryPropertyFlags properties) const;
    /// What the driver made of a command that Hekla itself does not call.
    template <class Function>
    Function command(const char* name) const {
        return reinterpret_cast<Function>(functions_.GetDeviceProcAddr(borrowed_.device, name));
    }

  private:
    void create_instance();
    void create_device();

    std::vector<std::string>& messages_;
    void* library_ = nullptr;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    vulkan::InstanceFunctions functions_;
    vulkan::DeviceFunctions device_functions_;
    vulkan::BorrowedDevice borrowed_;
    VulkanRequirements requirements_;
    std::vector<const char*> device_extensions_;
};

}  // namespace hekla::tests
