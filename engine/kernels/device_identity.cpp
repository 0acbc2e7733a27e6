#include "kernels/device_identity.h"

#include "base/fnv.h"

namespace hekla::kernels {

DeviceIdentity identity_of(const vulkan::Device& device) {
    const vulkan::GpuInfo& gpu = device.gpu();
    std::string limits;
    vulkan::visit_caps(device.caps(), [&](const char* name, const auto& value) { limits += std::string(name) + " " + std::to_string(value) + "\n"; });
    const std::string ids = base::hex(gpu.vendor_id, gpu.vendor_id > 0xffff ? 8 : 4) + "-" + base::hex(gpu.device_id, 4);
    DeviceIdentity identity;
    identity.text = gpu.name + " (" + ids + "), " + gpu.driver + ", driver version " + base::hex(gpu.driver_version, 8) + ", limits " +
                    base::hex(base::fnv1a(limits), 16);
    for (char& c : identity.text)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    identity.file_name = "tuned-" + ids + "-" + base::hex(base::fnv1a(identity.text), 16) + ".txt";
    identity.model = ids + "-" + std::to_string(device.caps().subgroup_size);
    return identity;
}

}  // namespace hekla::kernels
