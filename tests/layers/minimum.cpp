// The Vulkan layer VK_LAYER_HEKLA_minimum: every device beneath it offers the specification's
// minimum and no optional feature. Put between the validation layer and a driver, it lets the former
// judge what Hekla does by those limits, independently of Hekla's own checks:
//   export VK_LAYER_PATH=/usr/share/vulkan/explicit_layer.d:build/layers
//   export VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation:VK_LAYER_HEKLA_minimum

#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "minimum_device.h"
#include "next_link.h"

namespace {

using hekla::tests::lower;
using hekla::tests::lower_chain;
using hekla::tests::next_link;

// What is below, by the dispatch table that stands at the start of every handle.
struct InstanceBelow {
    PFN_vkGetInstanceProcAddr get = nullptr;
    std::map<std::string, PFN_vkVoidFunction> functions;
};
std::mutex mutex;
std::map<void*, InstanceBelow> instances;
std::map<void*, PFN_vkGetDeviceProcAddr> devices;

void* key(const void* handle) { return *static_cast<void* const*>(handle); }

template <typename Function>
Function below(const void* handle, const char* name) {
    const std::lock_guard lock(mutex);
    return reinterpret_cast<Function>(instances.at(key(handle)).functions.at(name));
}

/// Looked up while the instance is being made: later a loader answers with what is above.
InstanceBelow look_up(VkInstance instance, PFN_vkGetInstanceProcAddr get) {
    InstanceBelow found{get, {}};
    for (const char* name :
         {"vkCreateDevice", "vkGetPhysicalDeviceProperties", "vkGetPhysicalDeviceProperties2",
          "vkGetPhysicalDeviceFeatures", "vkGetPhysicalDeviceFeatures2",
          "vkGetPhysicalDeviceQueueFamilyProperties", "vkGetPhysicalDeviceQueueFamilyProperties2"}) {
        found.functions[name] = get(instance, name);
    }
    return found;
}

VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo* info,
                                               const VkAllocationCallbacks* allocator,
                                               VkInstance* instance) {
    const auto get = next_link<VkLayerInstanceCreateInfo>(
                         info, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO)
                         ->pfnNextGetInstanceProcAddr;
    const auto create =
        reinterpret_cast<PFN_vkCreateInstance>(get(VK_NULL_HANDLE, "vkCreateInstance"));
    const VkResult result = create(info, allocator, instance);
    const std::lock_guard lock(mutex);
    if (result == VK_SUCCESS) instances[key(*instance)] = look_up(*instance, get);
    return result;
}

VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical,
                                             const VkDeviceCreateInfo* info,
                                             const VkAllocationCallbacks* allocator,
                                             VkDevice* device) {
    const auto get =
        next_link<VkLayerDeviceCreateInfo>(info, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO)
            ->pfnNextGetDeviceProcAddr;
    const VkResult result = below<PFN_vkCreateDevice>(physical, "vkCreateDevice")(
        physical, info, allocator, device);
    const std::lock_guard lock(mutex);
    if (result == VK_SUCCESS) devices[key(*device)] = get;
    return result;
}

VKAPI_ATTR void VKAPI_CALL properties(VkPhysicalDevice physical,
                                      VkPhysicalDeviceProperties* result) {
    below<PFN_vkGetPhysicalDeviceProperties>(physical, "vkGetPhysicalDeviceProperties")(physical,
                                                                                        result);
    lower(*result);
}

VKAPI_ATTR void VKAPI_CALL properties2(VkPhysicalDevice physical,
                                       VkPhysicalDeviceProperties2* result) {
    below<PFN_vkGetPhysicalDeviceProperties2>(physical, "vkGetPhysicalDeviceProperties2")(physical,
                                                                                          result);
    lower(result->properties);
    lower_chain(result->pNext);
}

VKAPI_ATTR void VKAPI_CALL features(VkPhysicalDevice physical, VkPhysicalDeviceFeatures* result) {
    below<PFN_vkGetPhysicalDeviceFeatures>(physical, "vkGetPhysicalDeviceFeatures")(physical,
                                                                                    result);
    *result = {};
    result->robustBufferAccess = VK_TRUE;  // the only one that every device has
}

VKAPI_ATTR void VKAPI_CALL features2(VkPhysicalDevice physical, VkPhysicalDeviceFeatures2* result) {
    below<PFN_vkGetPhysicalDeviceFeatures2>(physical, "vkGetPhysicalDeviceFeatures2")(physical,
                                                                                      result);
    result->features = {};
    result->features.robustBufferAccess = VK_TRUE;
    lower_chain(result->pNext);
}

VKAPI_ATTR void VKAPI_CALL queue_families(VkPhysicalDevice physical, std::uint32_t* count,
                                          VkQueueFamilyProperties* result) {
    below<PFN_vkGetPhysicalDeviceQueueFamilyProperties>(
        physical, "vkGetPhysicalDeviceQueueFamilyProperties")(physical, count, result);
    for (std::uint32_t i = 0; result && i < *count; ++i) lower(result[i]);
}

VKAPI_ATTR void VKAPI_CALL queue_families2(VkPhysicalDevice physical, std::uint32_t* count,
                                           VkQueueFamilyProperties2* result) {
    below<PFN_vkGetPhysicalDeviceQueueFamilyProperties2>(
        physical, "vkGetPhysicalDeviceQueueFamilyProperties2")(physical, count, result);
    for (std::uint32_t i = 0; result && i < *count; ++i) lower(result[i].queueFamilyProperties);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc_addr(VkDevice device, const char* name) {
    if (std::strcmp(name, "vkGetDeviceProcAddr") == 0) {
        return reinterpret_cast<PFN_vkVoidFunction>(device_proc_addr);
    }
    const std::lock_guard lock(mutex);
    return devices.at(key(device))(device, name);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL instance_proc_addr(VkInstance instance, const char* name) {
    const struct {
        const char* name;
        PFN_vkVoidFunction function;
    } own[] = {
#define OWN(name, function) {name, reinterpret_cast<PFN_vkVoidFunction>(function)}
        OWN("vkGetInstanceProcAddr", instance_proc_addr),
        OWN("vkGetDeviceProcAddr", device_proc_addr),
        OWN("vkCreateInstance", create_instance),
        OWN("vkCreateDevice", create_device),
        OWN("vkGetPhysicalDeviceProperties", properties),
        OWN("vkGetPhysicalDeviceProperties2", properties2),
        OWN("vkGetPhysicalDeviceProperties2KHR", properties2),
        OWN("vkGetPhysicalDeviceFeatures", features),
        OWN("vkGetPhysicalDeviceFeatures2", features2),
        OWN("vkGetPhysicalDeviceFeatures2KHR", features2),
        OWN("vkGetPhysicalDeviceQueueFamilyProperties", queue_families),
        OWN("vkGetPhysicalDeviceQueueFamilyProperties2", queue_families2),
        OWN("vkGetPhysicalDeviceQueueFamilyProperties2KHR", queue_families2),
#undef OWN
    };
    for (const auto& entry : own) {
        if (std::strcmp(entry.name, name) == 0) return entry.function;
    }
    if (instance == VK_NULL_HANDLE) return nullptr;
    const std::lock_guard lock(mutex);
    return instances.at(key(instance)).get(instance, name);
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
