// How a Device comes and goes: opened, borrowed, released.

#include <hekla/error.h>

#include "vulkan/caps_file.h"
#include "vulkan/device.h"
#include "vulkan/gpus.h"
#include "vulkan/instance.h"
#include "vulkan/results.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

CapsChoice choose_caps(const std::string& caps, const DeviceCaps& actual) {
    if (caps.empty()) return {actual, {}};
    if (caps == "minimum") return {minimum_caps(actual), {}};
    if (caps.find('/') != std::string::npos || caps.ends_with(".json")) {
        return lower_caps(actual, caps);
    }
    throw Error(ErrorCode::invalid_argument,
                "[device] unknown caps \"" + caps +
                    "\"; allowed are \"\" (the device's own), \"minimum\" (the limits that every "
                    "Vulkan 1.1 device has) and a file of caps, as `hekla devices --caps` prints "
                    "them (\"./" +
                    caps + "\" if this is one)");
}

/// The features that the caps report, as a chain for vkCreateDevice. Must not move.
struct FeatureChain {
    VkPhysicalDeviceFeatures2 features =
        structure<VkPhysicalDeviceFeatures2>(VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
    VkPhysicalDevice16BitStorageFeatures storage_16bit =
        structure<VkPhysicalDevice16BitStorageFeatures>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES);
    VkPhysicalDevice8BitStorageFeatures storage_8bit =
        structure<VkPhysicalDevice8BitStorageFeatures>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES);
    VkPhysicalDeviceShaderFloat16Int8Features arithmetic =
        structure<VkPhysicalDeviceShaderFloat16Int8Features>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES);
    VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR pipeline_reports =
        structure<VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR>(
            VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR);

    template <typename Feature>
    void link(Feature& feature) {
        feature.pNext = features.pNext;
        features.pNext = &feature;
    }
};

void fill(FeatureChain& chain, const GpuFacts& facts, const DeviceCaps& caps,
          std::vector<const char*>& extensions) {
    const bool core = facts.api_version >= VK_API_VERSION_1_2;
    if (caps.storage_16bit) {
        chain.storage_16bit.storageBuffer16BitAccess = VK_TRUE;
        chain.link(chain.storage_16bit);
    }
    if (caps.storage_8bit) {
        chain.storage_8bit.storageBuffer8BitAccess = VK_TRUE;
        chain.link(chain.storage_8bit);
        if (!core) extensions.push_back(VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
    }
    if (caps.shader_float16) {
        chain.arithmetic.shaderFloat16 = VK_TRUE;
        chain.link(chain.arithmetic);
        if (!core) extensions.push_back(VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME);
    }
    for (const char* wanted : {"VK_KHR_portability_subset", VK_EXT_MEMORY_BUDGET_EXTENSION_NAME}) {
        if (facts.extensions.count(wanted) != 0) extensions.push_back(wanted);
    }
}

void add_pipeline_reports(FeatureChain& chain, const GpuFacts& facts,
                          std::vector<const char*>& extensions) {
    const char* extension = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
    if (facts.extensions.count(extension) == 0) {
        throw Error(ErrorCode::unsupported, "[device] the driver of " +
                                                std::string(facts.properties.deviceName) +
                                                " does not tell what its machine code costs: it has no " + extension);
    }
    extensions.push_back(extension);
    chain.pipeline_reports.pipelineExecutableInfo = VK_TRUE;
    chain.link(chain.pipeline_reports);
}

VkDevice create_device(const InstanceFunctions& functions, const GpuFacts& facts,
                       const DeviceCaps& caps, std::uint32_t queue_family, bool pipeline_reports) {
    std::vector<const char*> extensions;
    FeatureChain chain;
    fill(chain, facts, caps, extensions);
    if (pipeline_reports) add_pipeline_reports(chain, facts, extensions);
    const float priority = 1.0f;
    auto queue = structure<VkDeviceQueueCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO);
    queue.queueFamilyIndex = queue_family;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    auto info = structure<VkDeviceCreateInfo>(VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO);
    info.pNext = &chain.features;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    VkDevice device = VK_NULL_HANDLE;
    const VkResult result = functions.CreateDevice(facts.handle, &info, nullptr, &device);
    if (result != VK_SUCCESS) {
        throw Error(error_code(result), "[device] vkCreateDevice failed on " +
                                            std::string(facts.properties.deviceName) + ": " +
                                            result_name(result));
    }
    return device;
}

bool has_debug_labels(const DeviceFunctions& functions) {
    return functions.SetDebugUtilsObjectNameEXT != nullptr && functions.CmdBeginDebugUtilsLabelEXT != nullptr &&
           functions.CmdEndDebugUtilsLabelEXT != nullptr;
}

void check_borrowed(const BorrowedDevice& borrowed) {
    const char* missing = nullptr;
    if (borrowed.get_instance_proc_addr == nullptr) missing = "get_instance_proc_addr";
    if (borrowed.instance == VK_NULL_HANDLE) missing = "instance";
    if (borrowed.physical_device == VK_NULL_HANDLE) missing = "physical_device";
    if (borrowed.device == VK_NULL_HANDLE) missing = "device";
    if (missing != nullptr) {
        throw Error(ErrorCode::invalid_argument,
                    "[device] a borrowed device needs its " + std::string(missing));
    }
}

void check_borrowed_queue(const GpuFacts& facts, std::uint32_t family) {
    if (family < facts.queue_families.size() &&
        (facts.queue_families[family].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) {
        return;
    }
    throw Error(ErrorCode::invalid_argument, "[device] queue family " + std::to_string(family) +
                                                 " of the borrowed device has no compute");
}

}  // namespace

Device::Device(const DeviceOptions& options)
    : kernel_settings_(options.kernels), disk_cache_(options.disk_cache), pipelines_(*this) {
    try {
        own_instance_ = std::make_unique<Instance>(InstanceOptions{
            options.validation, options.on_message, options.get_instance_proc_addr});
        instance_functions_ = own_instance_->functions();
        const std::vector<Gpu> gpus =
            find_gpus(instance_functions_, own_instance_->handle(), own_instance_->api_version());
        const Gpu& gpu = choose_gpu(gpus, options.select);
        gpu_ = gpu.info;
        pipeline_reports_ = options.pipeline_reports;
        take(gpu.facts, compute_family(gpu.facts).value(), options.caps);
        open(gpu.facts);
        if (options.disk_cache) open_pipeline_cache(gpu.facts);
        commands_ = std::make_unique<CommandPool>(*this);
    } catch (...) {
        release();
        throw;
    }
}

Device::Device(const BorrowedDevice& borrowed, const std::string& caps) : pipelines_(*this) {
    check_borrowed(borrowed);
    try {
        instance_functions_ =
            load_instance_functions(borrowed.get_instance_proc_addr, borrowed.instance);
        GpuFacts facts = read_facts(instance_functions_, borrowed.physical_device, borrowed.api_version);
        facts.storage_16bit = facts.storage_16bit && borrowed.storage_16bit;
        facts.storage_8bit = facts.storage_8bit && borrowed.storage_8bit;
        facts.shader_float16 = facts.shader_float16 && borrowed.shader_float16;
        gpu_ = describe(facts);
        check_borrowed_queue(facts, borrowed.queue_family);
        take(facts, borrowed.queue_family, caps);
        device_ = borrowed.device;
        queue_ = borrowed.queue;
        allocator_ = borrowed.allocator;
        extended_image_formats_ = borrowed.extended_image_formats;
        memory_budget_ = borrowed.memory_budget;
        kernel_settings_ = borrowed.kernels;
        functions_ = load_device_functions(instance_functions_, device_);
        debug_labels_ = borrowed.debug_utils && has_debug_labels(functions_);
        if (borrowed.pipeline_cache != VK_NULL_HANDLE) {
            cache_ = borrowed.pipeline_cache;
            owns_cache_ = false;
        } else if (borrowed.disk_cache) {
            open_pipeline_cache(facts);
        }
        disk_cache_ = borrowed.disk_cache;
        if (has_queue()) commands_ = std::make_unique<CommandPool>(*this);
    } catch (...) {
        release();
        throw;
    }
}

Device::Device(Device& tried_for, const GpuFacts& facts) : pipelines_(*this) {
    try {
        instance_functions_ = tried_for.instance_functions_;
        gpu_ = tried_for.gpu_;
        take(facts, tried_for.queue_family_, "");
        caps_ = tried_for.caps_;
        kernel_settings_ = tried_for.kernel_settings_;
        device_ = create_device(instance_functions_, facts, caps_, queue_family_, false);
        owns_device_ = true;
        functions_ = load_device_functions(instance_functions_, device_);
        functions_.GetDeviceQueue(device_, queue_family_, 0, &queue_);
        if (tried_for.disk_cache_) open_pipeline_cache(facts);
        commands_ = std::make_unique<CommandPool>(*this);
    } catch (...) {
        release();
        throw;
    }
}

Device& Device::trial_device() {
    if (has_queue()) return *this;
    if (trial_ == nullptr) {
        const GpuFacts facts = read_facts(instance_functions_, physical_, VK_API_VERSION_1_1);
        trial_.reset(new Device(*this, facts));  // the constructor is private
    }
    return *trial_;
}

Device::~Device() { release(); }

void Device::take(const GpuFacts& facts, std::uint32_t queue_family, const std::string& caps) {
    if (!gpu_.rejected.empty()) {
        throw Error(ErrorCode::no_device, "[device] " + gpu_.name + ": " + gpu_.rejected);
    }
    physical_ = facts.handle;
    queue_family_ = queue_family;
    memory_ = facts.memory;
    storage_offset_alignment_ = facts.properties.limits.minStorageBufferOffsetAlignment;
    CapsChoice choice = choose_caps(caps, read_caps(facts, queue_family));
    caps_ = choice.caps;
    caps_notes_ = std::move(choice.notes);
    quirks_ = read_quirks(facts);
}

void Device::open(const GpuFacts& facts) {
    device_ = create_device(instance_functions_, facts, caps_, queue_family_, pipeline_reports_);
    owns_device_ = true;
    functions_ = load_device_functions(instance_functions_, device_);
    functions_.GetDeviceQueue(device_, queue_family_, 0, &queue_);
    memory_budget_ = facts.extensions.count(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) != 0;
    debug_labels_ = own_instance_->debug_utils() && has_debug_labels(functions_);
}

void Device::release() noexcept {
    trial_.reset();
    once_submission_.reset();  // waits for what is in flight
    staging_.reset();
    pipelines_.clear();
    commands_.reset();
    if (cache_ != VK_NULL_HANDLE && owns_cache_) {
        save_pipeline_cache();
        functions_.DestroyPipelineCache(device_, cache_, allocator_);
    }
    cache_ = VK_NULL_HANDLE;
    if (owns_device_ && device_ != VK_NULL_HANDLE) {
        if (functions_.DestroyDevice != nullptr) functions_.DestroyDevice(device_, nullptr);
    }
    device_ = VK_NULL_HANDLE;
    own_instance_.reset();
}

void Device::set_label_word(VkObjectType type, std::uint64_t handle, const char* label) const {
    auto info = structure<VkDebugUtilsObjectNameInfoEXT>(
        VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT);
    info.objectType = type;
    info.objectHandle = handle;
    info.pObjectName = label;
    functions_.SetDebugUtilsObjectNameEXT(device_, &info);
}

void Device::check(VkResult result, const char* what) const {
    if (result == VK_SUCCESS) return;
    std::string message = "[" + std::string(what) + "] " + result_name(result) + " on " + gpu_.name;
    const ErrorCode code = error_code(result);
    if (code == ErrorCode::device_lost) {
        message += ": the driver reset the device; start again from the last saved model";
    } else if (code == ErrorCode::out_of_memory) {
        message += ": " + bytes_text(memory_allocated()) + " are allocated, " +
                   bytes_text(memory_available()) + " available";
    }
    throw Error(code, message);
}

}  // namespace hekla::vulkan
