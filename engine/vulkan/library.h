#pragma once
// The system's Vulkan loader as a library: library_posix.cpp and library_windows.cpp.

#include <vulkan/vulkan_core.h>

namespace hekla::vulkan {

struct Library {
    void* handle = nullptr;  // null: there is none
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
};

Library open_vulkan_library();
/// `handle` may be null.
void close_vulkan_library(void* handle);

/// The first name that is tried.
const char* vulkan_library_name();
/// What to do where there is none; continues a sentence.
const char* how_to_get_vulkan();

}  // namespace hekla::vulkan
