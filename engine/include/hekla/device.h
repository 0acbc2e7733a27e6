#pragma once
// A Vulkan device to run on.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <hekla/choices.h>

namespace hekla {

namespace vulkan {
class Device;
}

/// One physical device of one driver, as `hekla devices` lists it.
struct DeviceInfo {
    std::uint32_t index = 0;         // what --device N means
    std::string name;                // "AMD Radeon RX 6800 (RADV NAVI21)"
    std::string driver;              // "radv, Mesa 22.3.6"
    std::string api_version;         // "1.3.230"
    std::string kind;                // "discrete", "integrated", "virtual", "cpu", "other"
    std::uint64_t memory_bytes = 0;  // device-local heaps
    std::string rejected;            // empty, or why Hekla can't use it
};

struct DeviceSettings {
    /// Index in list_devices(), or part of a name or driver; empty: the best.
    std::string select = {};
    /// Vulkan's validation layer with synchronization validation; needs it installed.
    bool validation = false;
    /// Called with every validation message when validation is on.
    std::function<void(const std::string&)> on_message = {};
    /// "minimum": use no more than the specification's minimum limits. The path of a caps file (with a '/' or
    /// ending in ".json"): no more than that device has; `hekla devices --caps` prints one. Empty: HEKLA_CAPS if
    /// set, else the device's own.
    std::string caps = {};
    /// Keep compiled pipelines and tuned choices of kernels in the user's cache folder.
    bool disk_cache = true;
    /// How kernels are chosen, and whether they are timed.
    KernelSettings kernels = {};
};

/// All devices, best first: discrete, integrated, virtual, CPU. Throws Error (no_device) when there is
/// no Vulkan loader.
std::vector<DeviceInfo> list_devices();

/// A Vulkan device. Cheap to copy; copies share it. One thread at a time uses a Device and what was
/// made from it; two Devices are independent.
class Device {
  public:
    /// Throws Error (no_device) with one reason per rejected GPU.
    explicit Device(const DeviceSettings& settings = {});
    /// A device made by other means (borrowed handles, a test).
    explicit Device(std::shared_ptr<vulkan::Device> impl) : impl_(std::move(impl)) {}

    DeviceInfo info() const;
    /// True for a driver that computes on the CPU (lavapipe, SwiftShader).
    bool is_cpu() const;
    /// Bytes that can still be allocated.
    std::uint64_t memory_available() const;

    vulkan::Device& vulkan() const { return *impl_; }
    const std::shared_ptr<vulkan::Device>& shared() const { return impl_; }

  private:
    std::shared_ptr<vulkan::Device> impl_;
};

}  // namespace hekla
