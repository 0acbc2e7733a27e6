// `hekla devices`: what there is to run on.

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>

#include "command.h"
#include "output.h"
#include "vulkan/caps_file.h"
#include "vulkan/device.h"

namespace hekla::command {
namespace {

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

bool matches(const DeviceInfo& info, const std::string& select) {
    if (select.empty() || select == std::to_string(info.index)) return true;
    if (std::all_of(select.begin(), select.end(), [](unsigned char c) { return std::isdigit(c); })) {
        return false;  // an index, and not this one's
    }
    return lower(info.name + "\n" + info.driver).find(lower(select)) != std::string::npos;
}

std::vector<DeviceInfo> selected(const std::string& select) {
    std::vector<DeviceInfo> infos = list_devices();
    std::erase_if(infos, [&](const DeviceInfo& info) { return !matches(info, select); });
    if (infos.empty() && !select.empty()) {
        throw Error(ErrorCode::no_device,
                    "[devices] no device's index, name or driver matches '" + select +
                        "'; `hekla devices` lists them");
    }
    return infos;
}

Json to_json(const DeviceInfo& info) {
    Json json = {{"index", info.index},     {"name", info.name},
                 {"driver", info.driver},   {"kind", info.kind},
                 {"api", info.api_version}, {"memory_bytes", info.memory_bytes},
                 {"usable", info.rejected.empty()}};
    if (!info.rejected.empty()) json["reason"] = info.rejected;
    return json;
}

void print_text(const std::vector<DeviceInfo>& infos, const DeviceInfo* best) {
    std::vector<std::vector<std::string>> rows = {
        {"index", "name", "driver", "kind", "Vulkan", "memory", "usable"}};
    for (const DeviceInfo& info : infos) {
        rows.push_back({std::to_string(info.index), info.name, info.driver, info.kind,
                        info.api_version, bytes_text(info.memory_bytes),
                        info.rejected.empty() ? "yes" : "no: " + info.rejected});
    }
    std::cout << table(rows);
    if (best && best->kind == "cpu") std::cout << cpu_notice(*best) << "\n";
}

/// What the device can do, as a file for HEKLA_CAPS; one that is set already counts.
int print_caps(CommonOptions& common) {
    const Device device = open_device(common);
    std::cout << vulkan::caps_text(device.vulkan().caps(), device.vulkan().gpu());
    return exit_success;
}

int run_devices(const CommonOptions& common) {
    const std::vector<DeviceInfo> infos = selected(common.device);
    const auto usable = std::find_if(infos.begin(), infos.end(),
                                     [](const DeviceInfo& info) { return info.rejected.empty(); });
    const DeviceInfo* best = usable == infos.end() ? nullptr : &*usable;
    if (common.json) {
        Json json = {{"devices", Json::array()}, {"best", nullptr}};
        for (const DeviceInfo& info : infos) json["devices"].push_back(to_json(info));
        if (best) json["best"] = best->index;
        print_json(json);
    } else {
        print_text(infos, best);
    }
    if (!best) {
        std::cerr << "hekla: error: no usable Vulkan device (Debian, Ubuntu: apt-get install "
                     "mesa-vulkan-drivers for AMD, Intel and the CPU, nvidia-driver libvulkan1 for "
                     "NVIDIA)\n";
    }
    return best ? exit_success : exit_failure;
}

}  // namespace

Command add_devices(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand("devices", "List the Vulkan devices, the best one first");
    add_common_options(*sub, common);
    auto caps = std::make_shared<bool>(false);
    sub->add_flag("--caps", *caps,
                  "Print limits and features of the chosen device (the best, without --device) as a "
                  "JSON file that HEKLA_CAPS reads: for a report, or to run like that device");
    return {sub, [&common, caps] { return *caps ? print_caps(common) : run_devices(common); }};
}

}  // namespace hekla::command
