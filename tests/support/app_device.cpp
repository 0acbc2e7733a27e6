#include "support/app_device.h"

#include <stdexcept>

#include "vulkan/library.h"
#include "vulkan/structure.h"

namespace hekla::tests {
namespace {

using vulkan::structure;

VKAPI_ATTR VkBool32 VKAPI_CALL collect(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                       const VkDebugUtilsMessengerCallbackDataEXT* data, void* messages) {
    static_cast<std::vector<std::string>*>(messages)->push_back(data->pMessage);
    return VK_FALSE;
}

void require(VkResult result, const char* what) {
    if (result != VK_SUCCESS) throw std::runtime_error(std::string(what) + " failed");
}

}  // namespace

AppDevice::AppDevice(std::vector<std::string>& messages, PFN_vkGetInstanceProcAddr get_instance_proc_addr) : messages_(messages) {
    if (get_instance_proc_addr == nullptr) {
        const vulkan::Library library = vulkan::open_vulkan_library(vulkan::vulkan_library_names());
        if (library.handle == nullptr) throw std::runtime_error("there is no Vulkan loader");
        library_ = library.handle;
        get_instance_proc_addr = library.get_instance_proc_addr;
    }
    borrowed_.get_instance_proc_addr = get_instance_proc_addr;
    create_instance();
    create_device();
}

AppDevice::~AppDevice() {
    device_functions_.DestroyDevice(borrowed_.device, nullptr);
    functions_.DestroyDebugUtilsMessengerEXT(borrowed_.instance, messenger_, nullptr);
    functions_.DestroyInstance(borrowed_.instance, nullptr);
    if (library_ != nullptr) vulkan::close_vulkan_library(library_);
}

AdoptedDevice AppDevice::adopted() const {
    static const char* const instance_extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    AdoptedDevice adopted;
    adopted.get_instance_proc_addr = borrowed_.get_instance_proc_addr;
    adopted.instance = borrowed_.instance;
    adopted.physical_device = borrowed_.physical_device;
    adopted.device = borrowed_.device;
    adopted.instance_extensions = instance_extensions;
    adopted.device_extensions = device_extensions_;
    adopted.features = requirements_.features();
    adopted.disk_cache = false;
    return adopted;
}

std::uint32_t AppDevice::memory_type(std::uint32_t bits, VkMemoryPropertyFlags properties) const {
    VkPhysicalDeviceMemoryProperties memory{};
    functions_.GetPhysicalDeviceMemoryProperties(borrowed_.physical_device, &memory);
    for (std::uint32_t type = 0; type < memory.memoryTypeCount; ++type)
        if ((bits >> type & 1) != 0 && (memory.memoryTypes[type].propertyFlags & properties) == properties) return type;
    throw std::runtime_error("no such memory type");
}

void AppDevice::create_instance() {
    const char* layer = "VK_LAYER_KHRONOS_validation";
    const char* extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME};
    const VkValidationFeatureEnableEXT enabled[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    auto features = structure<VkValidationFeaturesEXT>(VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT);
    features.enabledValidationFeatureCount = 1;
    features.pEnabledValidationFeatures = enabled;
    auto application = structure<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
    application.apiVersion = VK_API_VERSION_1_1;
    auto info = structure<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    info.pApplicationInfo = &application;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &layer;
    info.pNext = &features;
    info.enabledExtensionCount = 2;
    info.ppEnabledExtensionNames = extensions;
    require(vulkan::load_global_functions(borrowed_.get_instance_proc_addr).CreateInstance(&info, nullptr, &borrowed_.instance),
            "vkCreateInstance");
    functions_ = vulkan::load_instance_functions(borrowed_.get_instance_proc_addr, borrowed_.instance);
    auto messenger = structure<VkDebugUtilsMessengerCreateInfoEXT>(VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT);
    messenger.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    messenger.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
    messenger.pfnUserCallback = collect;
    messenger.pUserData = &messages_;
    require(functions_.CreateDebugUtilsMessengerEXT(borrowed_.instance, &messenger, nullptr, &messenger_),
            "vkCreateDebugUtilsMessengerEXT");
}

void AppDevice::create_device() {
    std::uint32_t count = 1;  // the first will do
    functions_.EnumeratePhysicalDevices(borrowed_.instance, &count, &borrowed_.physical_device);
    if (count == 0) throw std::runtime_error("no Vulkan device");
    const float priority = 1;
    auto queue = structure<VkDeviceQueueCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    requirements_ = requirements(borrowed_.get_instance_proc_addr, borrowed_.instance, borrowed_.physical_device);
    device_extensions_ = requirements_.device_extensions;
    auto info = structure<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.pNext = requirements_.features();
    info.enabledExtensionCount = static_cast<std::uint32_t>(device_extensions_.size());
    info.ppEnabledExtensionNames = device_extensions_.data();
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    require(functions_.CreateDevice(borrowed_.physical_device, &info, nullptr, &borrowed_.device), "vkCreateDevice");
    device_functions_ = vulkan::load_device_functions(functions_, borrowed_.device);
    device_functions_.GetDeviceQueue(borrowed_.device, 0, 0, &borrowed_.queue);
}

}  // namespace hekla::tests
