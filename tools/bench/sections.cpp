#include "bench/sections.h"

#include <algorithm>

#include "bench/cases.h"
#include "bench/peak.h"
#include "kernels/selection.h"

namespace hekla::bench {

const std::vector<std::string>& section_names() {
    static const std::vector<std::string> names = {"peak", "matmul", "conv", "ops", "train", "infer", "replay", "memory"};
    return names;
}

void measure(const Device& device, const Settings& settings, Collector& collector) {
    const Budget& budget = settings.budget;
    const auto wanted = [&](const char* name) {
        return settings.sections.empty() || std::find(settings.sections.begin(), settings.sections.end(), name) != settings.sections.end();
    };
    const std::vector<NetworkCase> networks = network_cases(settings.network);
    vulkan::Device& inner = device.vulkan();
    measure_peak(inner, budget, collector);
    if (wanted("matmul")) measure_cases(inner, matmul_cases(), budget, collector);
    if (wanted("conv")) measure_cases(inner, convolution_cases(), budget, collector);
    if (wanted("ops")) measure_cases(inner, op_cases(large_elements(inner)), budget, collector);
    if (wanted("train")) measure_training(device, networks, budget, settings.first_steps, collector);
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
