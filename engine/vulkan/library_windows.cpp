#include <windows.h>

#include "vulkan/library.h"

namespace hekla::vulkan {

Library open_vulkan_library() {
    const HMODULE handle = LoadLibraryW(L"vulkan-1.dll");
    if (handle == nullptr) return {};
    // By way of void*: a cast between two types of function is taken for a mistake.
    const auto address = reinterpret_cast<void*>(GetProcAddress(handle, "vkGetInstanceProcAddr"));
    return {handle, reinterpret_cast<PFN_vkGetInstanceProcAddr>(address)};
}

void close_vulkan_library(void* handle) {
    if (handle != nullptr) FreeLibrary(static_cast<HMODULE>(handle));
}

const char* vulkan_library_name() { return "vulkan-1.dll"; }
const char* how_to_get_vulkan() { return "install the driver of your GPU's vendor"; }

}  // namespace hekla::vulkan
