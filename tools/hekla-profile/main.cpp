// hekla-profile NETWORK [--batch N] [--device D]: time of every dispatch of one training step, alone, on synthetic
// images. For work on the kernels; `hekla train` shows what a whole step takes.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include <CLI/CLI.hpp>
#include <hekla/hekla.h>

#include "bench/step_network.h"
#include "nn/step_plan.h"

namespace {

using namespace hekla;

/// Time of one call: the fastest of several runs of a few dispatches. The CPU time of the process says what a CPU
/// driver works, whatever else the machine does.
struct CallTime {
    double ms = 1e30, cpu_ms = 1e30;
};
CallTime time_of(vulkan::Device& device, const kernels::PreparedCall& call) {
    constexpr int rounds = 5, repeats = 4;
    CallTime best;
    for (int round = 0; round < rounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        const std::clock_t cpu_start = std::clock();
        device.run_once([&](VkCommandBuffer cmd) {
            for (int repeat = 0; repeat < repeats; ++repeat) {
                vulkan::compute_barrier(device, cmd);
                kernels::emit(device, cmd, call);
            }
        });
        const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / repeats;
        best.ms = std::min(best.ms, ms);
        best.cpu_ms = std::min(best.cpu_ms, 1e3 * static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC / repeats);
    }
    return best;
}

void profile(const std::string& name, std::uint32_t batch, const std::string& select) {
    Device device({.select = select});
    Recipe network = recipe(name);
    if (batch == 0) batch = network.fit.batch;
    const Shape image = bench::image_shape_of(network);
    const data::Dataset data = bench::synthetic_images(image, 2 * batch);
    network.network.build({image, network.trainer.scale, network.trainer.shift, data.classes});
    auto resident = std::make_shared<nn::ResidentData>(device.vulkan(), data);
    auto store = std::make_shared<ParameterStore>(device, network.network.parameters());
    nn::StepSettings settings;
    settings.batch = batch;
    settings.optimizer = network.trainer.optimizer;
    nn::StepPlan plan(device, network.network, resident, store, settings);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 2 * batch; ++i) order.push_back(i);
    StepState state;
    plan.begin_epoch(order, state);

    std::printf("%s, batch %u, on %s\n%-16s %-9s %-44s %12s %10s %10s %12s\n", name.c_str(), batch, device.info().name.c_str(), "layer", "phase", "shader",
                "groups", "ms", "cpu ms", "work/ns");
    double total = 0, total_cpu = 0;
    for (const plan::LayerCalls& layer : plan.compiled().layers)
        for (const plan::LayerCall& call : layer.calls) {
            const CallTime time = time_of(device.vulkan(), call.call);
            total += time.ms;
            total_cpu += time.cpu_ms;
            const char* phase = layer.phase == Phase::forward ? "forward" : layer.phase == Phase::backward ? "backward" : "update";
            std::printf("%-16s %-9s %-44s %12u %10.3f %10.3f %12.2f\n", layer.name.c_str(), phase, call.call.pipeline->shader().name,
                        call.call.groups[0] * call.call.groups[1], time.ms, time.cpu_ms, call.call.work / (time.ms * 1e6));
        }
    std::printf("sum %.3f ms (cpu %.3f ms): %.0f images/s; scratch %.1f MB\n", total, total_cpu, batch / total * 1e3, static_cast<double>(plan.scratch_bytes()) / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("time of every dispatch of one training step");
    std::string network, device;
    std::uint32_t batch = 0;
    app.add_option("network", network, "a recipe's name")->required();
    app.add_option("--batch", batch, "images per step (default: the recipe's)");
    app.add_option("--device", device, "index or part of a name");
    CLI11_PARSE(app, argc, argv);
    try {
        profile(network, batch, device);
    } catch (const hekla::Error& error) {
        std::fprintf(stderr, "hekla-profile: error: %s\n", error.what());
        return 1;
    }
    return 0;
}
