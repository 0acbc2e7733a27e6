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

AppDevice::AppDevice(std::vector<std::string>& messages) : messages_(messages) {
    const vulkan::Library library = vulkan::open_vulkan_library(vulkan::vulkan_library_names());
    if (library.handle == nullptr) throw std::runtime_error("there is no Vulkan loader");
    library_ = library.handle;
    borrowed_.get_instance_proc_addr = library.get_instance_proc_addr;
    create_instance();
    create_device();
}

AppDevice::~AppDevice() {
    device_functions_.DestroyDevice(borrowed_.device, nullptr);
    functions_.DestroyDebugUtilsMessengerEXT(borrowed_.instance, messenger_, nullptr);
    functions_.DestroyInstance(borrowed_.instance, nullptr);
    vulkan::close_vulkan_library(library_);
}

void AppDevice::create_instance() {
    const char* layer = "VK_LAYER_KHRONOS_validation";
    const char* extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
    auto application = structure<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
    application.apiVersion = VK_API_VERSION_1_1;
    auto info = structure<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    info.pApplicationInfo = &application;
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &layer;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = &extension;
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
    auto info = structure<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    require(functions_.CreateDevice(borrowed_.physical_device, &info, nullptr, &borrowed_.device), "vkCreateDevice");
    device_functions_ = vulkan::load_device_functions(functions_, borrowed_.device);
    device_functions_.GetDeviceQueue(borrowed_.device, 0, 0, &borrowed_.queue);
}

}  // namespace hekla::tests
