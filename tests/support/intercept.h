#pragma once
// A Vulkan entry point that counts the calls of device commands by name.

#include <cstdint>
#include <map>
#include <string>

#include "vulkan/functions.h"

namespace hekla::tests {

/// For DeviceOptions::get_instance_proc_addr: the loader's, but the device commands that it leads to
/// count themselves. One device at a time; the loader stays open.
PFN_vkGetInstanceProcAddr counting_get_instance_proc_addr();

/// Calls since the program began, by name without "vk": {"QueueSubmit": 3, ...}.
std::map<std::string, std::uint64_t> vulkan_calls();

/// Whether this thread is in a device command that is counted: what it allocates then is the driver's or a layer's.
bool inside_vulkan();

/// Calls between two states of vulkan_calls() whose names begin with `prefix`.
std::uint64_t calls_between(const std::map<std::string, std::uint64_t>& before,
                            const std::map<std::string, std::uint64_t>& after, const std::string& prefix);

}  // namespace hekla::tests
