#include "kernels/device_kernels.h"

#include <algorithm>
#include <cstdio>

#include <hekla/config.h>

#include "base/system.h"
#include "kernels/device_identity.h"
#include "kernels/shipped_choices.h"

namespace hekla::kernels {
namespace {

std::optional<TuningFile> tuning_file(const vulkan::Device& device) {
    const std::filesystem::path folder = base::user_cache_folder();
    if (!device.kernel_settings().remembered || !device.disk_cache() || folder.empty()) return std::nullopt;
    const DeviceIdentity identity = identity_of(device);
    return TuningFile(folder / identity.file_name, {HEKLA_VERSION, identity.text});
}

}  // namespace

DeviceKernels::DeviceKernels(vulkan::Device& device)
    : settings_(device.kernel_settings()), selection_(device), tuner_(device, selection_, settings_, tuning_file(device)) {
    selection_.demand(settings_.choices, settings_.choices_origin.empty() ? "KernelSettings::choices" : settings_.choices_origin);
    if (!settings_.remembered) return;
    selection_.recommend(shipped_choices(identity_of(device).model));
    const std::optional<TuningFile> file = tuning_file(device);
    if (!file) return;
    TuningFile::Loaded loaded = file->load();
    selection_.remember(loaded.choices);
    if (!loaded.note.empty()) note(loaded.note);
}

DeviceKernels& DeviceKernels::of(vulkan::Device& device) {
    std::shared_ptr<void>& slot = device.attachment();
    if (!slot) slot = std::make_shared<DeviceKernels>(device);
    return *static_cast<DeviceKernels*>(slot.get());
}

Selection& Selection::of(vulkan::Device& device) { return DeviceKernels::of(device).selection(); }

Implementation DeviceKernels::choose(const Problem& problem) {
    tuner_.tune(problem);
    return selection_.select(problem);
}

void DeviceKernels::compiled() {
    const std::vector<Tuned>& results = tuner_.results();
    const auto first = results.begin() + static_cast<std::ptrdiff_t>(told_);
    const auto timed = std::count_if(first, results.end(), [](const Tuned& one) { return one.untimed.empty(); });
    const auto faster = std::count_if(first, results.end(), [](const Tuned& one) { return one.best != one.first; });
    if (timed > 0) note("tuned " + std::to_string(timed) + " kernels, " + std::to_string(faster) + " of them to something faster than the heuristics'");
    told_ = results.size();
    if (const std::string failure = tuner_.save(); !failure.empty()) note(failure);
}

void DeviceKernels::note(const std::string& text) const {
    if (settings_.on_note) settings_.on_note(text);
}

}  // namespace hekla::kernels
