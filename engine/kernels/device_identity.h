#pragma once
// What makes choices of one device fit another start, or another computer.

#include <string>

#include "vulkan/device.h"

namespace hekla::kernels {

struct DeviceIdentity {
    /// All that a timing depends on: name, ids, driver with its version, and the limits in force (HEKLA_CAPS lowers them).
    std::string text;
    /// "tuned-00010005-0000-3f2a....txt": ids, and a hash of the text.
    std::string file_name;
    /// "00010005-0000-8": vendor, device and subgroup size, which other drivers' versions share.
    std::string model;
};
DeviceIdentity identity_of(const vulkan::Device& device);

}  // namespace hekla::kernels
