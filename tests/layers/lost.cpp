// The Vulkan layer VK_LAYER_HEKLA_lost: after HEKLA_LOST_AFTER submits the device is lost, as when a driver is reset or a laptop
// slept: this submit and all that waits or submits afterwards returns VK_ERROR_DEVICE_LOST. For a process with one device.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "next_link.h"

namespace {

using hekla::tests::next_link;

PFN_vkGetInstanceProcAddr instance_below = nullptr;
PFN_vkGetDeviceProcAddr device_below = nullptr;
VkInstance the_instance = VK_NULL_HANDLE;
VkDevice the_device = VK_NULL_HANDLE;
long submits = 0;

bool lost() {
    static const char* after = std::getenv("HEKLA_LOST_AFTER");
    return after != nullptr && submits > std::atol(after);
}

template <typename Function>
Function below(const char* name) {
    return reinterpret_cast<Function>(device_below(the_device, name));
}

VKAPI_ATTR VkResult VKAPI_CALL submit(VkQueue queue, std::uint32_t count, const VkSubmitInfo* infos, VkFence fence) {
    ++submits;
    return lost() ? VK_ERROR_DEVICE_LOST : below<PFN_vkQueueSubmit>("vkQueueSubmit")(queue, count, infos, fence);
}

VKAPI_ATTR VkResult VKAPI_CALL wait_for_fences(VkDevice device, std::uint32_t count, const VkFence* fences, VkBool32 all, std::uint64_t ns) {
    return lost() ? VK_ERROR_DEVICE_LOST : below<PFN_vkWaitForFences>("vkWaitForFences")(device, count, fences, all, ns);
}

VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo* info, const VkAllocationCallbacks* allocator, VkInstance* instance) {
    instance_below =
        next_link<VkLayerInstanceCreateInfo>(info, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO)->pfnNextGetInstanceProcAddr;
    const auto create = reinterpret_cast<PFN_vkCreateInstance>(instance_below(VK_NULL_HANDLE, "vkCreateInstance"));
    const VkResult result = create(info, allocator, instance);
    the_instance = *instance;
    return result;
}

VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo* info, const VkAllocationCallbacks* allocator,
                                             VkDevice* device) {
    device_below = next_link<VkLayerDeviceCreateInfo>(info, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO)->pfnNextGetDeviceProcAddr;
    const auto create = reinterpret_cast<PFN_vkCreateDevice>(instance_below(the_instance, "vkCreateDevice"));
    const VkResult result = create(physical, info, allocator, device);
    the_device = *device;
    return result;
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc_addr(VkDevice device, const char* name) {
    if (std::strcmp(name, "vkGetDeviceProcAddr") == 0) return reinterpret_cast<PFN_vkVoidFunction>(device_proc_addr);
    if (std::strcmp(name, "vkQueueSubmit") == 0) return reinterpret_cast<PFN_vkVoidFunction>(submit);
    if (std::strcmp(name, "vkWaitForFences") == 0) return reinterpret_cast<PFN_vkVoidFunction>(wait_for_fences);
    return device_below(device, name);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL instance_proc_addr(VkInstance instance, const char* name) {
    if (std::strcmp(name, "vkGetInstanceProcAddr") == 0) return reinterpret_cast<PFN_vkVoidFunction>(instance_proc_addr);
    if (std::strcmp(name, "vkGetDeviceProcAddr") == 0) return reinterpret_cast<PFN_vkVoidFunction>(device_proc_addr);
    if (std::strcmp(name, "vkCreateInstance") == 0) return reinterpret_cast<PFN_vkVoidFunction>(create_instance);
    if (std::strcmp(name, "vkCreateDevice") == 0) return reinterpret_cast<PFN_vkVoidFunction>(create_device);
    return instance_below ? instance_below(instance, name) : nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface* interface) {
    interface->loaderLayerInterfaceVersion = 2;
    interface->pfnGetInstanceProcAddr = instance_proc_addr;
    interface->pfnGetDeviceProcAddr = device_proc_addr;
    interface->pfnGetPhysicalDeviceProcAddr = nullptr;
    return VK_SUCCESS;
}
