#include "vulkan/instance.h"

#include <hekla/error.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "vulkan/results.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

constexpr const char* validation_layer = "VK_LAYER_KHRONOS_validation";
// Spelled out: older headers that still know Vulkan 1.3 may lack the name.
constexpr const char* portability_enumeration = "VK_KHR_portability_enumeration";

VKAPI_ATTR VkBool32 VKAPI_CALL deliver(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                       VkDebugUtilsMessageTypeFlagsEXT,
                                       const VkDebugUtilsMessengerCallbackDataEXT* data,
                                       void* on_message) {
    try {
        const auto& call = *static_cast<std::function<void(const std::string&)>*>(on_message);
        if (call) call(data->pMessage != nullptr ? data->pMessage : "");
    } catch (...) {
        // Called from inside the driver's C code: an exception must not unwind through it.
    }
    return VK_FALSE;
}

bool has_layer(const GlobalFunctions& functions, const char* name) {
    std::uint32_t count = 0;
    functions.EnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    functions.EnumerateInstanceLayerProperties(&count, layers.data());
    layers.resize(count);
    return std::any_of(layers.begin(), layers.end(), [&](const VkLayerProperties& layer) {
        return std::strcmp(layer.layerName, name) == 0;
    });
}

bool has_extension(const GlobalFunctions& functions, const char* layer, const char* name) {
    std::uint32_t count = 0;
    functions.EnumerateInstanceExtensionProperties(layer, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    functions.EnumerateInstanceExtensionProperties(layer, &count, extensions.data());
    extensions.resize(count);
    return std::any_of(extensions.begin(), extensions.end(),
                       [&](const VkExtensionProperties& extension) {
                           return std::strcmp(extension.extensionName, name) == 0;
                       });
}

[[noreturn]] void fail(VkResult result) {
    const std::string name = result_name(result);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER) {
        throw Error(ErrorCode::no_device,
                    "[vulkan] no Vulkan driver found (" + name +
                        "): install your GPU's driver; on Debian or Ubuntu, apt-get install "
                        "mesa-vulkan-drivers");
    }
    throw Error(error_code(result), "[vulkan] vkCreateInstance failed: " + name);
}

}  // namespace

Instance::Instance(const InstanceOptions& options)
    : loader_(options.get_instance_proc_addr), on_message_(options.on_message) {
    api_version_ = std::min<std::uint32_t>(loader_.api_version(), VK_API_VERSION_1_3);
    if (api_version_ < VK_API_VERSION_1_1) {
        throw Error(ErrorCode::no_device,
                    "[vulkan] the Vulkan loader knows Vulkan 1.0 only (1.1 needed): install a "
                    "newer libvulkan1");
    }
    if (options.validation && !has_layer(loader_.functions(), validation_layer)) {
        throw Error(ErrorCode::unsupported,
                    "[vulkan] validation was asked for, but " + std::string(validation_layer) +
                        " is not installed: apt-get install vulkan-validationlayers");
    }
    create(options.validation);
    try {
        functions_ = load_instance_functions(loader_.get_instance_proc_addr(), instance_);
        if (options.validation) create_messenger();
    } catch (...) {
        if (functions_.DestroyInstance != nullptr) functions_.DestroyInstance(instance_, nullptr);
        throw;
    }
}

Instance::~Instance() {
    if (messenger_ != VK_NULL_HANDLE) {
        functions_.DestroyDebugUtilsMessengerEXT(instance_, messenger_, nullptr);
    }
    functions_.DestroyInstance(instance_, nullptr);
}

void Instance::create(bool validation) {
    const GlobalFunctions& functions = loader_.functions();
    std::vector<const char*> extensions;
    const bool portability = has_extension(functions, nullptr, portability_enumeration);
    if (portability) extensions.push_back(portability_enumeration);
    debug_utils_ = has_extension(functions, nullptr, VK_EXT_DEBUG_UTILS_EXTENSION_NAME) ||
                   (validation &&
                    has_extension(functions, validation_layer, VK_EXT_DEBUG_UTILS_EXTENSION_NAME));
    if (debug_utils_) extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);

    auto application = structure<VkApplicationInfo>(VK_STRUCTURE_TYPE_APPLICATION_INFO);
    application.pEngineName = "Hekla";
    application.apiVersion = api_version_;
    auto info = structure<VkInstanceCreateInfo>(VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO);
    info.pApplicationInfo = &application;
    if (portability) info.flags |= VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR;

    // In the chain too, so that messages of vkCreateInstance and vkDestroyInstance are delivered.
    VkDebugUtilsMessengerCreateInfoEXT messenger = messenger_info();
    const VkValidationFeatureEnableEXT enabled[] = {
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    auto features = structure<VkValidationFeaturesEXT>(VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT);
    features.enabledValidationFeatureCount = 1;
    features.pEnabledValidationFeatures = enabled;
    if (validation) {
        if (debug_utils_) info.pNext = &messenger;
        if (has_extension(functions, validation_layer, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME)) {
            extensions.push_back(VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
            features.pNext = info.pNext;
            info.pNext = &features;
        }
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = &validation_layer;
    }
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    const VkResult result = functions.CreateInstance(&info, nullptr, &instance_);
    if (result != VK_SUCCESS) fail(result);
}

void Instance::create_messenger() {
    if (functions_.CreateDebugUtilsMessengerEXT == nullptr) return;
    const VkDebugUtilsMessengerCreateInfoEXT info = messenger_info();
    functions_.CreateDebugUtilsMessengerEXT(instance_, &info, nullptr, &messenger_);
}

VkDebugUtilsMessengerCreateInfoEXT Instance::messenger_info() {
    auto info = structure<VkDebugUtilsMessengerCreateInfoEXT>(
        VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT);
    info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                           VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    // Not GENERAL: the loader speaks there of drivers it could not open, which is no fault of ours.
    info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
    info.pfnUserCallback = deliver;
    info.pUserData = &on_message_;
    return info;
}

}  // namespace hekla::vulkan
