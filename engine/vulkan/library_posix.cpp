#include <dlfcn.h>

#include "vulkan/library.h"

namespace hekla::vulkan {
namespace {

#ifdef __APPLE__
constexpr const char* usual_names[] = {"libvulkan.dylib", "libvulkan.1.dylib", "libMoltenVK.dylib"};
constexpr const char* advice = "install MoltenVK or the Vulkan SDK";
#else
constexpr const char* usual_names[] = {"libvulkan.so.1", "libvulkan.so"};
constexpr const char* advice =
    "on Debian or Ubuntu, apt-get install libvulkan1 mesa-vulkan-drivers";
#endif

}  // namespace

Library open_vulkan_library(std::span<const char* const> names) {
    for (const char* name : names) {
        if (void* handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
            return {handle, reinterpret_cast<PFN_vkGetInstanceProcAddr>(
                                dlsym(handle, "vkGetInstanceProcAddr"))};
        }
    }
    return {};
}

void close_vulkan_library(void* handle) {
    if (handle != nullptr) dlclose(handle);
}

std::span<const char* const> vulkan_library_names() { return usual_names; }
const char* how_to_get_vulkan() { return advice; }

}  // namespace hekla::vulkan
