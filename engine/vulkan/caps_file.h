#pragma once
// Caps as a file, so that one device can be made to behave like another person's: one flat JSON
// object of the names of visit_caps and their values, and a few texts that say whose they are.

#include <string>
#include <vector>

#include "vulkan/caps.h"

namespace hekla::vulkan {

struct GpuInfo;

/// What a file holds of `caps`, with name, driver and Vulkan version of the device.
std::string caps_text(const DeviceCaps& caps, const GpuInfo& gpu);

struct CapsChoice {
    DeviceCaps caps;
    std::vector<std::string> notes;  // what was asked for and cannot be had: a sentence each
};

/// `actual` lowered to what the file at `path` says; what the file leaves out stays. A file cannot
/// raise a limit, turn on a feature or change the subgroup size: the device's own stays, with a
/// note. Throws Error (not_found) without the file, (invalid_file) with its line and key if it is
/// malformed or names something unknown.
CapsChoice lower_caps(const DeviceCaps& actual, const std::string& path);

}  // namespace hekla::vulkan
