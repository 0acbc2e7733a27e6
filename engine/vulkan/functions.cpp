#include "vulkan/functions.h"

#include <hekla/error.h>

#include <string>

namespace hekla::vulkan {
namespace {

[[noreturn]] void missing(const char* command) {
    throw Error(ErrorCode::no_device,
                "[vulkan] the driver or loader lacks vk" + std::string(command) +
                    ", which Vulkan 1.1 requires: install a newer driver or libvulkan1");
}

template <typename Function>
Function required(PFN_vkVoidFunction pointer, const char* command) {
    if (pointer == nullptr) missing(command);
    return reinterpret_cast<Function>(pointer);
}

}  // namespace

#define HEKLA_VULKAN_REQUIRED(command) \
    table.command = required<PFN_vk##command>(HEKLA_VULKAN_LOOK_UP(command), #command);
#define HEKLA_VULKAN_OPTIONAL(command) \
    table.command = reinterpret_cast<PFN_vk##command>(HEKLA_VULKAN_LOOK_UP(command));

#define HEKLA_VULKAN_LOOK_UP(command) get_instance_proc_addr(VK_NULL_HANDLE, "vk" #command)
GlobalFunctions load_global_functions(PFN_vkGetInstanceProcAddr get_instance_proc_addr) {
    GlobalFunctions table;
    HEKLA_VULKAN_GLOBAL_FUNCTIONS(HEKLA_VULKAN_REQUIRED, HEKLA_VULKAN_OPTIONAL)
    return table;
}
#undef HEKLA_VULKAN_LOOK_UP

#define HEKLA_VULKAN_LOOK_UP(command) get_instance_proc_addr(instance, "vk" #command)
InstanceFunctions load_instance_functions(PFN_vkGetInstanceProcAddr get_instance_proc_addr,
                                          VkInstance instance) {
    InstanceFunctions table;
    HEKLA_VULKAN_INSTANCE_FUNCTIONS(HEKLA_VULKAN_REQUIRED, HEKLA_VULKAN_OPTIONAL)
    return table;
}
#undef HEKLA_VULKAN_LOOK_UP

#define HEKLA_VULKAN_LOOK_UP(command) instance_functions.GetDeviceProcAddr(device, "vk" #command)
DeviceFunctions load_device_functions(const InstanceFunctions& instance_functions,
                                      VkDevice device) {
    DeviceFunctions table;
    HEKLA_VULKAN_DEVICE_FUNCTIONS(HEKLA_VULKAN_REQUIRED, HEKLA_VULKAN_OPTIONAL)
    return table;
}
#undef HEKLA_VULKAN_LOOK_UP

#undef HEKLA_VULKAN_REQUIRED
#undef HEKLA_VULKAN_OPTIONAL

}  // namespace hekla::vulkan
