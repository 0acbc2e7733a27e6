#include "support/intercept.h"

#include <iterator>

#include "vulkan/loader.h"

namespace hekla::tests {
namespace {

// Function pointers carry no data, so what the wrappers need has to be static: they are found by index.
enum Command : std::size_t {
#define HEKLA_INDEX(command) command##_index,
    HEKLA_VULKAN_DEVICE_FUNCTIONS(HEKLA_INDEX, HEKLA_INDEX)
#undef HEKLA_INDEX
};

constexpr const char* names[] = {
#define HEKLA_NAME(command) #command,
    HEKLA_VULKAN_DEVICE_FUNCTIONS(HEKLA_NAME, HEKLA_NAME)
#undef HEKLA_NAME
};

std::uint64_t counts[std::size(names)];
PFN_vkVoidFunction real[std::size(names)];
PFN_vkGetInstanceProcAddr real_instance = nullptr;
PFN_vkGetDeviceProcAddr real_device = nullptr;

thread_local int depth = 0;
struct Inside {
    Inside() { ++depth; }
    ~Inside() { --depth; }
};

template <std::size_t index, class Function>
struct Counting;
template <std::size_t index, class Result, class... Arguments>
struct Counting<index, Result(VKAPI_PTR*)(Arguments...)> {
    static VKAPI_ATTR Result VKAPI_CALL call(Arguments... arguments) {
        ++counts[index];
        const Inside inside;
        return reinterpret_cast<Result(VKAPI_PTR*)(Arguments...)>(real[index])(arguments...);
    }
};

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc_addr(VkDevice device, const char* name) {
    const PFN_vkVoidFunction found = real_device(device, name);
    if (found == nullptr) return nullptr;
#define HEKLA_WRAP(command)                            \
    if (std::string("vk" #command) == name) {          \
        real[command##_index] = found;                 \
        return reinterpret_cast<PFN_vkVoidFunction>(   \
            &Counting<command##_index, PFN_vk##command>::call); \
    }
    HEKLA_VULKAN_DEVICE_FUNCTIONS(HEKLA_WRAP, HEKLA_WRAP)
#undef HEKLA_WRAP
    return found;
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL instance_proc_addr(VkInstance instance, const char* name) {
    const PFN_vkVoidFunction found = real_instance(instance, name);
    if (found == nullptr || std::string("vkGetDeviceProcAddr") != name) return found;
    real_device = reinterpret_cast<PFN_vkGetDeviceProcAddr>(found);
    return reinterpret_cast<PFN_vkVoidFunction>(&device_proc_addr);
}

}  // namespace

bool inside_vulkan() { return depth > 0; }

PFN_vkGetInstanceProcAddr counting_get_instance_proc_addr() {
    static const vulkan::Loader loader(nullptr);
    real_instance = loader.get_instance_proc_addr();
    return &instance_proc_addr;
}

std::map<std::string, std::uint64_t> vulkan_calls() {
    std::map<std::string, std::uint64_t> calls;
    for (std::size_t i = 0; i < std::size(names); ++i) calls[names[i]] = counts[i];
    return calls;
}

std::uint64_t calls_between(const std::map<std::string, std::uint64_t>& before,
                            const std::map<std::string, std::uint64_t>& after, const std::string& prefix) {
    std::uint64_t calls = 0;
    for (const auto& [name, count] : after)
        if (name.starts_with(prefix)) calls += count - before.at(name);
    return calls;
}

}  // namespace hekla::tests
