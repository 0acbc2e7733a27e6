#include <windows.h>

#include "vulkan/library.h"

namespace hekla::vulkan {

Library open_vulkan_library(std::span<const char* const> names) {
    for (const char* name : names) {
        const HMODULE handle = LoadLibraryA(name);
        if (handle == nullptr) continue;
        // By way of void*: a cast between two types of function is taken for a mistake.
        const auto address = reinterpret_cast<void*>(GetProcAddress(handle, "vkGetInstanceProcAddr"));
        return {handle, reinterpret_cast<PFN_vkGetInstanceProcAddr>(address)};
    }
    return {};
}

void close_vulkan_library(void* handle) {
    if (handle != nullptr) FreeLibrary(static_cast<HMODULE>(handle));
}

std::span<const char* const> vulkan_library_names() {
    static constexpr const char* names[] = {"vulkan-1.dll"};
    return names;
}
const char* how_to_get_vulkan() { return "install the driver of your GPU's vendor"; }

}  // namespace hekla::vulkan
