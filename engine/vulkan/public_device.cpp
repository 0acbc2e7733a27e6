// hekla::Device and list_devices: the public face of vulkan::Device.

#include <cstdlib>

#include <hekla/device.h>

#include "vulkan/device.h"

namespace hekla {
namespace {

DeviceInfo info_of(const vulkan::GpuInfo& gpu) {
    return {gpu.index, gpu.name, gpu.driver, gpu.api_version, vulkan::name(gpu.device_class), gpu.memory_bytes, gpu.rejected};
}

std::shared_ptr<vulkan::Device> open(const DeviceSettings& settings) {
    vulkan::DeviceOptions options;
    options.select = settings.select;
    options.validation = settings.validation;
    options.on_message = settings.on_message;
    options.disk_cache = settings.disk_cache;
    options.kernels = settings.kernels;
    options.caps = settings.caps;
    if (const char* caps = std::getenv("HEKLA_CAPS"); caps && options.caps.empty()) options.caps = caps;
    return std::make_shared<vulkan::Device>(options);
}

}  // namespace

std::vector<DeviceInfo> list_devices() {
    std::vector<DeviceInfo> list;
    for (const vulkan::GpuInfo& gpu : vulkan::list_gpus()) list.push_back(info_of(gpu));
    return list;
}

Device::Device(const DeviceSettings& settings) : impl_(open(settings)) {}
DeviceInfo Device::info() const { return info_of(impl_->gpu()); }
bool Device::is_cpu() const { return impl_->gpu().device_class == vulkan::DeviceClass::cpu; }
std::uint64_t Device::memory_available() const { return impl_->memory_available(); }

}  // namespace hekla
