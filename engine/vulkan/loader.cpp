#include "vulkan/loader.h"

#include <hekla/error.h>

#include <string>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace hekla::vulkan {
namespace {

#ifdef _WIN32
constexpr const char* library_names[] = {"vulkan-1.dll"};
void* open_library(const char* name) { return LoadLibraryA(name); }
void close_library(void* library) { FreeLibrary(static_cast<HMODULE>(library)); }
void* find_symbol(void* library, const char* name) {
    return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
#ifdef __APPLE__
constexpr const char* library_names[] = {"libvulkan.dylib", "libvulkan.1.dylib",
                                         "libMoltenVK.dylib"};
#else
constexpr const char* library_names[] = {"libvulkan.so.1", "libvulkan.so"};
#endif
void* open_library(const char* name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }
void close_library(void* library) { dlclose(library); }
void* find_symbol(void* library, const char* name) { return dlsym(library, name); }
#endif

}  // namespace

Loader::Loader(PFN_vkGetInstanceProcAddr given, std::span<const char* const> libraries)
    : get_instance_proc_addr_(given) {
    if (libraries.empty()) libraries = library_names;
    if (given == nullptr) {
        for (const char* name : libraries) {
            library_ = open_library(name);
            if (library_ != nullptr) break;
        }
        if (library_ != nullptr) {
            get_instance_proc_addr_ = reinterpret_cast<PFN_vkGetInstanceProcAddr>(
                find_symbol(library_, "vkGetInstanceProcAddr"));
        }
    }
    if (get_instance_proc_addr_ == nullptr) {
        if (library_ != nullptr) close_library(library_);
        throw Error(ErrorCode::no_device,
                    "[vulkan] no Vulkan loader (" + std::string(libraries[0]) +
                        ") found: on Debian or Ubuntu, apt-get install libvulkan1 "
                        "mesa-vulkan-drivers");
    }
    functions_ = load_global_functions(get_instance_proc_addr_);
}

Loader::~Loader() {
    if (library_ != nullptr) close_library(library_);
}

std::uint32_t Loader::api_version() const {
    std::uint32_t version = VK_API_VERSION_1_0;
    if (functions_.EnumerateInstanceVersion != nullptr) {
        functions_.EnumerateInstanceVersion(&version);
    }
    return version;
}

}  // namespace hekla::vulkan
