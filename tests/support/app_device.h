#pragma once
// A Vulkan device as an application makes it for itself, with validation on.

#include <string>
#include <vector>

#include "vulkan/device.h"

namespace hekla::tests {

/// Opens the loader by hand, makes instance, messenger and device, and destroys them at the end.
class AppDevice {
  public:
    /// `messages` gets what validation says.
    explicit AppDevice(std::vector<std::string>& messages);
    ~AppDevice();
    AppDevice(const AppDevice&) = delete;
    AppDevice& operator=(const AppDevice&) = delete;

    const vulkan::BorrowedDevice& borrowed() const { return borrowed_; }
    const vulkan::DeviceFunctions& vk() const { return device_functions_; }

  private:
    void create_instance();
    void create_device();

    std::vector<std::string>& messages_;
    void* library_ = nullptr;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    vulkan::InstanceFunctions functions_;
    vulkan::DeviceFunctions device_functions_;
    vulkan::BorrowedDevice borrowed_;
};

}  // namespace hekla::tests
