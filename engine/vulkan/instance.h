#pragma once
// A VkInstance of Hekla's own, with validation if asked for.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "vulkan/functions.h"
#include "vulkan/loader.h"

namespace hekla::vulkan {

struct InstanceOptions {
    bool validation = false;
    std::function<void(const std::string& message)> on_message;
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
};

/// Owns loader, VkInstance and debug messenger. Not thread-safe. Its address must stay the same,
/// for the messenger points to it.
class Instance {
  public:
    /// Throws Error (no_device) without a loader or driver, (unsupported) if the validation layer
    /// is asked for and missing; each names the package to install.
    explicit Instance(const InstanceOptions& options);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    VkInstance handle() const { return instance_; }
    const InstanceFunctions& functions() const { return functions_; }
    std::uint32_t api_version() const { return api_version_; }
    bool debug_utils() const { return debug_utils_; }

  private:
    void create(bool validation);
    void create_messenger();
    VkDebugUtilsMessengerCreateInfoEXT messenger_info();

    Loader loader_;
    std::function<void(const std::string& message)> on_message_;
    std::uint32_t api_version_ = VK_API_VERSION_1_1;
    bool debug_utils_ = false;
    VkInstance instance_ = VK_NULL_HANDLE;
    InstanceFunctions functions_;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
};

}  // namespace hekla::vulkan
