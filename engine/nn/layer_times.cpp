// Where the time of a step goes.

#include <algorithm>
#include <chrono>

#include "nn/step_plan.h"

namespace hekla::nn {
namespace {

double fastest_ms(vulkan::Device& device, const plan::LayerCalls& layer) {
    constexpr int runs = 5;
    double best = 0;
    for (int run = 0; run < runs; ++run) {
        const auto start = std::chrono::steady_clock::now();
        device.run_once([&](VkCommandBuffer cmd) { plan::emit(device, cmd, layer); });
        const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        best = run == 0 ? ms : std::min(best, ms);
    }
    return best;
}

}  // namespace

std::vector<LayerTime> StepPlan::layer_times() {
    std::vector<std::uint32_t> order(std::min<std::uint64_t>(settings_.batch, data_->samples()));
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    StepState state;
    begin_epoch(order, state);
    state.halted = 1;
    place_in_epoch(order, state);
    std::vector<LayerTime> times;
    for (const plan::LayerCalls& layer : state_->layers) {
        if (layer.phase == Phase::update || layer.calls.empty()) continue;
        auto entry = std::find_if(times.begin(), times.end(), [&](const LayerTime& time) { return time.layer == layer.name; });
        if (entry == times.end()) entry = times.insert(times.end(), LayerTime{layer.name});
        (layer.phase == Phase::forward ? entry->forward_ms : entry->backward_ms) += fastest_ms(*device_, layer);
    }
    return times;
}

}  // namespace hekla::nn
