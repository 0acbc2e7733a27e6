#include "support/mock_driver.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>

#include "vulkan/loader.h"

namespace hekla::tests {
namespace {

constexpr const char* portability_subset = "VK_KHR_portability_subset";
constexpr const char* portability_enumeration = "VK_KHR_portability_enumeration";
constexpr auto mappable = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

struct Allocation {
    VkMemoryPropertyFlags flags = 0;
    VkDeviceSize bytes = 0;
    std::byte* seen_by_device = nullptr;
    std::vector<std::byte> seen_by_host;  // of memory that is not coherent, once it is mapped
};

bool contains(const char* const* names, std::uint32_t count, const char* name) {
    return std::any_of(names, names + count, [name](const char* other) { return std::strcmp(other, name) == 0; });
}

/// Answers a query that is asked first for the count and then for the elements.
template <class Element>
VkResult answer(const std::vector<Element>& all, std::uint32_t* count, Element* elements) {
    if (elements == nullptr) {
        *count = static_cast<std::uint32_t>(all.size());
        return VK_SUCCESS;
    }
    *count = std::min(*count, static_cast<std::uint32_t>(all.size()));
    std::copy_n(all.begin(), *count, elements);
    return *count < all.size() ? VK_INCOMPLETE : VK_SUCCESS;
}

}  // namespace

struct MockedVulkan::State {
    MockDriver driver;
    vulkan::Loader loader{nullptr};
    vulkan::GlobalFunctions global;
    vulkan::InstanceFunctions instance;
    vulkan::DeviceFunctions device;
    std::vector<std::string> faults;
    Calls calls;
    bool lists_portability = false;
    VkDeviceSize atom_bytes = 1;
    std::uint32_t real_type = 0;  // of which all memory really is
    std::map<VkDeviceMemory, Allocation> allocations;
};

// Function pointers carry no data, so the state that the hooks work on has to be static.
struct MockHooks {
    static inline MockedVulkan::State* state = nullptr;

    static void fault(const std::string& what) { state->faults.push_back(what); }

    static VKAPI_ATTR VkResult VKAPI_CALL EnumerateInstanceExtensionProperties(const char* layer, std::uint32_t* count,
                                                                               VkExtensionProperties* properties) {
        std::uint32_t all = 0;
        state->global.EnumerateInstanceExtensionProperties(layer, &all, nullptr);
        std::vector<VkExtensionProperties> extensions(all);
        state->global.EnumerateInstanceExtensionProperties(layer, &all, extensions.data());
        std::erase_if(extensions, [](const VkExtensionProperties& extension) {
            return state->driver.old_loader && std::strcmp(extension.extensionName, portability_enumeration) == 0;
        });
        return answer(extensions, count, properties);
    }

    static VKAPI_ATTR VkResult VKAPI_CALL CreateInstance(const VkInstanceCreateInfo* info, const VkAllocationCallbacks* allocator,
                                                         VkInstance* instance) {
        const bool flag = (info->flags & VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR) != 0;
        const bool extension = contains(info->ppEnabledExtensionNames, info->enabledExtensionCount, portability_enumeration);
        if (flag != extension) fault("the flag that lists portability drivers goes with its extension");
        if (flag && state->driver.old_loader) fault("an instance extension was enabled that the loader lacks");
        state->lists_portability = flag;
        state->calls.instances_asking_for_portability += flag ? 1 : 0;
        return state->global.CreateInstance(info, allocator, instance);
    }

    static VKAPI_ATTR VkResult VKAPI_CALL EnumeratePhysicalDevices(VkInstance instance, std::uint32_t* count, VkPhysicalDevice* devices) {
        if (state->driver.portability && !state->driver.old_loader && !state->lists_portability) {
            *count = 0;
            return VK_SUCCESS;
        }
        return state->instance.EnumeratePhysicalDevices(instance, count, devices);
    }

    static VKAPI_ATTR VkResult VKAPI_CALL EnumerateDeviceExtensionProperties(VkPhysicalDevice physical, const char* layer,
                                                                             std::uint32_t* count, VkExtensionProperties* properties) {
        std::uint32_t all = 0;
        state->instance.EnumerateDeviceExtensionProperties(physical, layer, &all, nullptr);
        std::vector<VkExtensionProperties> extensions(all);
        state->instance.EnumerateDeviceExtensionProperties(physical, layer, &all, extensions.data());
        // Its answer would be about heaps that are not shown.
        std::erase_if(extensions, [](const VkExtensionProperties& extension) {
            return std::strcmp(extension.extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) == 0;
        });
        if (state->driver.portability) {
            extensions.emplace_back();
            std::strcpy(extensions.back().extensionName, portability_subset);
        }
        return answer(extensions, count, properties);
    }

    static void change(VkPhysicalDeviceProperties& properties) {
        if (state->driver.properties) state->driver.properties(properties);
        state->atom_bytes = properties.limits.nonCoherentAtomSize;
    }
    static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceProperties(VkPhysicalDevice physical, VkPhysicalDeviceProperties* properties) {
        state->instance.GetPhysicalDeviceProperties(physical, properties);
        change(*properties);
    }
    static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceProperties2(VkPhysicalDevice physical, VkPhysicalDeviceProperties2* properties) {
        state->instance.GetPhysicalDeviceProperties2(physical, properties);
        change(properties->properties);
    }

    static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physical, std::uint32_t* count,
                                                                             VkQueueFamilyProperties* families) {
        state->instance.GetPhysicalDeviceQueueFamilyProperties(physical, count, families);
        for (std::uint32_t i = 0; families && state->driver.queue_family && i < *count; ++i) state->driver.queue_family(families[i]);
    }

    static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceMemoryProperties(VkPhysicalDevice physical, VkPhysicalDeviceMemoryProperties* memory) {
        state->instance.GetPhysicalDeviceMemoryProperties(physical, memory);
        const auto first = std::find_if(memory->memoryTypes, memory->memoryTypes + memory->memoryTypeCount,
                                        [](const VkMemoryType& type) { return (type.propertyFlags & mappable) == mappable; });
        state->real_type = static_cast<std::uint32_t>(first - memory->memoryTypes);
        if (state->driver.memory_types.empty()) return;
        const VkDeviceSize bytes = memory->memoryHeaps[first->heapIndex].size;
        *memory = {};
        memory->memoryHeapCount = 2;
        memory->memoryHeaps[0] = {bytes, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT};
        memory->memoryHeaps[1] = {bytes, 0};
        for (const VkMemoryPropertyFlags flags : state->driver.memory_types)
            memory->memoryTypes[memory->memoryTypeCount++] = {flags, (flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) != 0 ? 0u : 1u};
    }

    static VKAPI_ATTR VkResult VKAPI_CALL CreateDevice(VkPhysicalDevice physical, const VkDeviceCreateInfo* info,
                                                       const VkAllocationCallbacks* allocator, VkDevice* device) {
        std::vector<const char*> extensions(info->ppEnabledExtensionNames, info->ppEnabledExtensionNames + info->enabledExtensionCount);
        const auto subset = std::erase_if(extensions, [](const char* name) { return std::strcmp(name, portability_subset) == 0; });
        if (state->driver.portability && subset != 1) fault("a device that has VK_KHR_portability_subset was made without it");
        if (!state->driver.portability && subset != 0) fault("a device extension was enabled that the driver lacks");
        state->calls.devices_with_subset += subset == 1 ? 1 : 0;
        VkDeviceCreateInfo passed = *info;  // without what the real driver knows nothing of
        passed.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
        passed.ppEnabledExtensionNames = extensions.data();
        return state->instance.CreateDevice(physical, &passed, allocator, device);
    }

    static VKAPI_ATTR void VKAPI_CALL GetBufferMemoryRequirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements* needed) {
        state->device.GetBufferMemoryRequirements(device, buffer, needed);
        if (state->driver.memory_types.empty()) return;
        if ((needed->memoryTypeBits >> state->real_type & 1u) == 0) throw std::runtime_error("no mappable memory for buffers here");
        needed->memoryTypeBits = (1u << state->driver.memory_types.size()) - 1;
    }

    static VKAPI_ATTR VkResult VKAPI_CALL AllocateMemory(VkDevice device, const VkMemoryAllocateInfo* info,
                                                         const VkAllocationCallbacks* allocator, VkDeviceMemory* memory) {
        if (state->allocations.size() >= state->driver.max_allocations) return VK_ERROR_TOO_MANY_OBJECTS;
        VkMemoryAllocateInfo passed = *info;
        Allocation allocation{mappable, info->allocationSize, nullptr, {}};
        if (!state->driver.memory_types.empty()) {
            allocation.flags = state->driver.memory_types.at(info->memoryTypeIndex);
            passed.memoryTypeIndex = state->real_type;
        }
        const VkResult result = state->device.AllocateMemory(device, &passed, allocator, memory);
        if (result != VK_SUCCESS) return result;
        state->allocations[*memory] = std::move(allocation);
        ++state->calls.allocations;
        state->calls.most_allocations = std::max(state->calls.most_allocations, static_cast<std::uint32_t>(state->allocations.size()));
        return result;
    }

    static VKAPI_ATTR void VKAPI_CALL FreeMemory(VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks* allocator) {
        state->allocations.erase(memory);
        state->device.FreeMemory(device, memory, allocator);
    }

    static VKAPI_ATTR VkResult VKAPI_CALL MapMemory(VkDevice device, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize bytes,
                                                    VkMemoryMapFlags flags, void** address) {
        Allocation& allocation = state->allocations.at(memory);
        ++state->calls.maps;
        if ((allocation.flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) == 0) {
            fault("memory was mapped that is not host-visible");
            return VK_ERROR_MEMORY_MAP_FAILED;
        }
        const VkResult result = state->device.MapMemory(device, memory, 0, VK_WHOLE_SIZE, flags, address);
        if (result != VK_SUCCESS) return result;
        allocation.seen_by_device = static_cast<std::byte*>(*address);
        std::byte* shown = allocation.seen_by_device;
        if ((allocation.flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) == 0) {
            allocation.seen_by_host.assign(allocation.bytes, std::byte{0xa5});
            shown = allocation.seen_by_host.data();
        }
        *address = shown + offset;
        (void)bytes;
        return result;
    }

    /// Copies a range between what the host and what the device sees of it.
    static VkResult synchronize(std::uint32_t count, const VkMappedMemoryRange* ranges, bool to_device) {
        for (const VkMappedMemoryRange& range : std::vector(ranges, ranges + count)) {
            Allocation& allocation = state->allocations.at(range.memory);
            const bool whole = range.size == VK_WHOLE_SIZE;
            if (allocation.seen_by_device == nullptr) fault("memory was flushed or invalidated that is not mapped");
            if (range.offset % state->atom_bytes != 0) fault("a flushed range begins inside of an atom");
            const VkDeviceSize end = whole ? allocation.bytes : range.offset + range.size;
            if (end > allocation.bytes) fault("a flushed range leaves its memory");
            if (end != allocation.bytes && range.size % state->atom_bytes != 0) fault("a flushed range ends inside of an atom");
            if (allocation.seen_by_host.empty() || end > allocation.bytes) continue;
            std::byte* const device = allocation.seen_by_device + range.offset;
            std::byte* const host = allocation.seen_by_host.data() + range.offset;
            std::memcpy(to_device ? device : host, to_device ? host : device, end - range.offset);
        }
        return VK_SUCCESS;
    }
    static VKAPI_ATTR VkResult VKAPI_CALL FlushMappedMemoryRanges(VkDevice, std::uint32_t count, const VkMappedMemoryRange* ranges) {
        ++state->calls.flushes;
        return synchronize(count, ranges, true);
    }
    static VKAPI_ATTR VkResult VKAPI_CALL InvalidateMappedMemoryRanges(VkDevice, std::uint32_t count, const VkMappedMemoryRange* ranges) {
        ++state->calls.invalidations;
        return synchronize(count, ranges, false);
    }

    static VKAPI_ATTR VkResult VKAPI_CALL CreateQueryPool(VkDevice device, const VkQueryPoolCreateInfo* info,
                                                          const VkAllocationCallbacks* allocator, VkQueryPool* pool) {
        VkPhysicalDeviceProperties properties{};
        VkQueueFamilyProperties family{};
        family.timestampValidBits = 64;
        properties.limits.timestampPeriod = 1;
        if (state->driver.properties) state->driver.properties(properties);
        if (state->driver.queue_family) state->driver.queue_family(family);
        if (family.timestampValidBits == 0 ||
            !(properties.limits.timestampPeriod > 0 && std::isfinite(properties.limits.timestampPeriod))) fault("timestamps were asked for where there are none");
        return state->device.CreateQueryPool(device, info, allocator, pool);
    }

#define HEKLA_HOOK(table, command)                                                \
    if (std::string("vk" #command) == name) {                                     \
        state->table.command = reinterpret_cast<PFN_vk##command>(found);          \
        return reinterpret_cast<PFN_vkVoidFunction>(&MockHooks::command);         \
    }
    static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL GetDeviceProcAddr(VkDevice device, const char* name) {
        const PFN_vkVoidFunction found = state->instance.GetDeviceProcAddr(device, name);
        if (found == nullptr) return nullptr;
        HEKLA_HOOK(device, GetBufferMemoryRequirements)
        HEKLA_HOOK(device, AllocateMemory)
        HEKLA_HOOK(device, FreeMemory)
        HEKLA_HOOK(device, MapMemory)
        HEKLA_HOOK(device, FlushMappedMemoryRanges)
        HEKLA_HOOK(device, InvalidateMappedMemoryRanges)
        HEKLA_HOOK(device, CreateQueryPool)
        return found;
    }

    static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL GetInstanceProcAddr(VkInstance instance, const char* name) {
        const PFN_vkVoidFunction found = state->loader.get_instance_proc_addr()(instance, name);
        if (found == nullptr) return nullptr;
        HEKLA_HOOK(global, EnumerateInstanceExtensionProperties)
        HEKLA_HOOK(global, CreateInstance)
        HEKLA_HOOK(instance, EnumeratePhysicalDevices)
        HEKLA_HOOK(instance, EnumerateDeviceExtensionProperties)
        HEKLA_HOOK(instance, GetPhysicalDeviceProperties)
        HEKLA_HOOK(instance, GetPhysicalDeviceProperties2)
        HEKLA_HOOK(instance, GetPhysicalDeviceQueueFamilyProperties)
        HEKLA_HOOK(instance, GetPhysicalDeviceMemoryProperties)
        HEKLA_HOOK(instance, CreateDevice)
        HEKLA_HOOK(instance, GetDeviceProcAddr)
        return found;
    }
#undef HEKLA_HOOK
};

MockedVulkan::MockedVulkan(MockDriver driver) : state_(std::make_unique<State>()) {
    state_->driver = std::move(driver);
    if (MockHooks::state != nullptr) throw std::logic_error("another MockedVulkan is in use");
    MockHooks::state = state_.get();
}
MockedVulkan::~MockedVulkan() { MockHooks::state = nullptr; }

PFN_vkGetInstanceProcAddr MockedVulkan::entry() const { return &MockHooks::GetInstanceProcAddr; }
const std::vector<std::string>& MockedVulkan::faults() const { return state_->faults; }
const MockedVulkan::Calls& MockedVulkan::calls() const { return state_->calls; }

}  // namespace hekla::tests
