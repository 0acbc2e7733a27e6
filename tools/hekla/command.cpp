#include "command.h"

#include <hekla/config.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "output.h"
#include "vulkan/device.h"

namespace hekla::command {

void add_common_options(CLI::App& subcommand, CommonOptions& common) {
    subcommand
        .add_option("--device", common.device,
                    "Vulkan device: its index in `hekla devices`, or part of its name or driver")
        ->type_name("NAME");
    subcommand.add_flag("--json", common.json,
                        "Print one JSON object on standard output; text goes to standard error");
    // For developers of Hekla: it needs the validation layer and slows everything down.
    subcommand.add_flag("--validation", common.validation, "Vulkan's validation layer")->group("");
}

Device open_device(CommonOptions& common, KernelSettings kernels) {
    DeviceSettings settings{.select = common.device, .validation = common.validation};
    settings.on_message = [&common](const std::string& message) {
        ++common.validation_messages;
        std::cerr << "validation: " + message + "\n";
    };
    settings.kernels = std::move(kernels);
    settings.kernels.on_note = [](const std::string& text) { std::cerr << "note: " + printable(text) + "\n"; };
    Device device(settings);
    for (const std::string& note : device.vulkan().caps_notes()) {
        std::cerr << "note: HEKLA_CAPS: " << printable(note) << "\n";
    }
    if (device.is_cpu()) std::cerr << cpu_notice(device.info()) << "\n";
    return device;
}

std::string cpu_notice(const DeviceInfo& info) {
    return "note: " + printable(info.name) +
           " computes on the CPU; for a GPU install its Vulkan driver (Debian, Ubuntu: apt-get "
           "install mesa-vulkan-drivers for AMD and Intel, nvidia-driver libvulkan1 for NVIDIA)";
}

const char* version() { return HEKLA_VERSION; }

}  // namespace hekla::command
