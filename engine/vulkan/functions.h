#pragma once
// Function tables in place of global vk* symbols: an application may link the Vulkan loader, volk
// or nothing at all beside Hekla. Members carry the command's name without "vk":
// vk().CmdDispatchBase.

#ifndef VK_NO_PROTOTYPES
#define VK_NO_PROTOTYPES
#endif
#include <vulkan/vulkan_core.h>

#include "vulkan/functions.inl"

namespace hekla::vulkan {

#define HEKLA_VULKAN_MEMBER(command) PFN_vk##command command = nullptr;

/// Commands that need no instance. Those that only a newer loader has may be null.
struct GlobalFunctions {
    HEKLA_VULKAN_GLOBAL_FUNCTIONS(HEKLA_VULKAN_MEMBER, HEKLA_VULKAN_MEMBER)
};

/// Commands of one instance. Those of extensions are null unless the extension is on.
struct InstanceFunctions {
    HEKLA_VULKAN_INSTANCE_FUNCTIONS(HEKLA_VULKAN_MEMBER, HEKLA_VULKAN_MEMBER)
};

/// Commands of one device, without the loader's dispatch. Those of extensions are null unless on.
struct DeviceFunctions {
    HEKLA_VULKAN_DEVICE_FUNCTIONS(HEKLA_VULKAN_MEMBER, HEKLA_VULKAN_MEMBER)
};

#undef HEKLA_VULKAN_MEMBER

/// Each throws Error (no_device) naming the command if a required one is missing.
GlobalFunctions load_global_functions(PFN_vkGetInstanceProcAddr get_instance_proc_addr);
InstanceFunctions load_instance_functions(PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                                          VkInstance instance);
DeviceFunctions load_device_functions(const InstanceFunctions& instance_functions, VkDevice device);

}  // namespace hekla::vulkan
