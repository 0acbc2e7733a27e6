#include "bench/sections.h"

#include <hekla/error.h>

#include <algorithm>

#include "bench/cases.h"
#include "bench/convolution_networks.h"
#include "bench/peak.h"
#include "kernels/selection.h"

namespace hekla::bench {

const std::vector<std::string>& section_names() {
    static const std::vector<std::string> names = {"peak", "matmul", "conv", "ops", "train", "infer", "replay", "memory"};
    return names;
}

namespace {

/// A network that is known by its convolutions alone can be measured in that section alone.
void check_sections(const Settings& settings) {
    const std::vector<std::string> conv = {"conv"};
    if (!is_convolution_network(settings.network) || settings.sections == conv) return;
    throw Error(ErrorCode::invalid_argument, "[--network] " + settings.network + " is known by its convolutions alone: hekla bench conv --network " + settings.network);
}

}  // namespace

void measure(const Device& device, const Settings& settings, Collector& collector) {
    const Budget& budget = settings.budget;
    const auto wanted = [&](const char* name) {
        return settings.sections.empty() || std::find(settings.sections.begin(), settings.sections.end(), name) != settings.sections.end();
    };
    check_sections(settings);
    vulkan::Device& inner = device.vulkan();
    if (is_convolution_network(settings.network)) {
        if (!settings.brief) measure_peak(inner, budget, collector);
        return measure_convolutions_of(inner, settings.network, budget, collector);
    }
    const std::vector<NetworkCase> networks = network_cases(settings.network, settings.batch);
    const bool kernels = wanted("peak") || wanted("matmul") || wanted("conv") || wanted("ops");
    if (kernels || !settings.brief) measure_peak(inner, budget, collector);
    if (wanted("matmul")) measure_cases(inner, matmul_cases(), budget, collector);
    if (wanted("conv")) measure_cases(inner, convolution_cases(), budget, collector);
    if (wanted("ops")) measure_cases(inner, op_cases(large_elements(inner)), budget, collector);
    if (wanted("train")) measure_training(device, networks, budget, settings.brief, settings.first_steps, collector);
    if (wanted("infer")) measure_inference(device, networks, budget, collector);
    if (wanted("replay")) measure_replay(device, budget, collector);
    if (wanted("memory")) measure_memory(device, networks, collector);
}

Json self_tests(const Device& device) {
    kernels::Selection& selection = kernels::Selection::of(device.vulkan());
    for (const auto& cases : {matmul_cases(), convolution_cases(), op_cases(large_elements(device.vulkan()))})
        for (const Case& item : cases) selection.select_all(*item.problem);
    return {{"tested", selection.tested()}, {"quarantined", selection.quarantined()}};
}

}  // namespace hekla::bench
