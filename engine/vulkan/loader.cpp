#include "vulkan/loader.h"

#include <hekla/error.h>

#include <string>

#include "vulkan/library.h"

namespace hekla::vulkan {

Loader::Loader(PFN_vkGetInstanceProcAddr given, std::span<const char* const> libraries)
    : get_instance_proc_addr_(given) {
    if (libraries.empty()) libraries = vulkan_library_names();
    if (given == nullptr) {
        const Library library = open_vulkan_library(libraries);
        library_ = library.handle;
        get_instance_proc_addr_ = library.get_instance_proc_addr;
    }
    if (get_instance_proc_addr_ == nullptr) {
        close_vulkan_library(library_);
        throw Error(ErrorCode::no_device, "[vulkan] no Vulkan loader (" + std::string(libraries[0]) +
                                              ") found: " + how_to_get_vulkan());
    }
    functions_ = load_global_functions(get_instance_proc_addr_);
}

Loader::~Loader() { close_vulkan_library(library_); }

std::uint32_t Loader::api_version() const {
    std::uint32_t version = VK_API_VERSION_1_0;
    if (functions_.EnumerateInstanceVersion != nullptr) {
        functions_.EnumerateInstanceVersion(&version);
    }
    return version;
}

}  // namespace hekla::vulkan
