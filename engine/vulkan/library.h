#pragma once
// The system's Vulkan loader as a library: library_posix.cpp and library_windows.cpp.

#include <span>

#include <vulkan/vulkan_core.h>

namespace hekla::vulkan {

struct Library {
    void* handle = nullptr;  // null: there is none
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
};

/// The first of `names` that is there.
Library open_vulkan_library(std::span<const char* const> names);
/// `handle` may be null.
void close_vulkan_library(void* handle);

/// What the loader is called on this system.
std::span<const char* const> vulkan_library_names();
/// What to do where there is none; continues a sentence.
const char* how_to_get_vulkan();

}  // namespace hekla::vulkan
