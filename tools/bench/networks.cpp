#include "bench/networks.h"

#include <hekla/error.h>

#include <algorithm>
#include <chrono>

#include "bench/workload.h"

namespace hekla::bench {
namespace {

using nn::StepKind;

constexpr std::uint32_t images = 8192;

/// Networks vary more from round to round than kernels do.
Budget longer(const Budget& budget) { return {4 * budget.seconds, budget.longest}; }

Json memory_json(const nn::StepPlan& plan) {
    const std::uint64_t planned = plan.compiled().scratch_bytes, bound = plan.compiled().scratch_bound_bytes;
    return {{"planned_bytes", planned}, {"bound_bytes", bound}, {"planned_of_bound", bound ? static_cast<double>(planned) / static_cast<double>(bound) : 1.0}};
}

void count_calls(const nn::StepPlan& plan, Json& json) {
    std::uint64_t dispatches = 0, barriers = 0;
    for (const plan::LayerCalls& layer : plan.compiled().layers)
        for (const plan::LayerCall& call : layer.calls) {
            ++dispatches;
            barriers += call.barrier_before ? 1 : 0;
        }
    json["dispatches_per_step"] = dispatches;
    json["barriers_per_step"] = barriers;
}

const char* text_of(Phase phase) { return phase == Phase::forward ? "forward" : phase == Phase::backward ? "backward" : "update"; }

/// Each layer alone. The last one moves the step state on, so that all before see the same batch.
Json layers_json(const Device& device, StepNetwork& network, const Budget& budget) {
    network.begin_epoch();
    Json list = Json::array();
    for (const plan::LayerCalls& layer : network.plan().compiled().layers) {
        const Timing timing = time_on_device(device.vulkan(), [&](VkCommandBuffer cmd) { plan::emit(device.vulkan(), cmd, layer); },
                                             {budget.seconds / 8, budget.longest});
        list.push_back({{"name", layer.name}, {"phase", text_of(layer.phase)}, {"milliseconds", timing.best_ms}, {"dispatches", layer.calls.size()}});
    }
    return list;
}

/// Speed, CPU time and calls of a network's steps; the figure is complete but for its name.
Figure figure_of(StepNetwork& network, const Budget& budget, double peak_gflops, std::uint32_t steps_multiple = 1) {
    const StepTiming steps = network.time_steps(budget, steps_multiple);
    const Timing& timing = steps.timing;
    Figure figure{.unit = Unit::images_per_second, .value = network.batch() * 1e3 / timing.best_ms, .milliseconds = timing.best_ms, .median_ms = timing.median_ms};
    if (peak_gflops > 0) figure.fraction_of_peak = giga_per_second(network.operations_per_step(), timing.best_ms) / peak_gflops;
    figure.more = {{"cpu_us_per_step", steps.cpu_us_per_step}, {"vulkan_calls_per_step", steps.vulkan_calls_per_step}};
    count_calls(network.plan(), figure.more);
    figure.more.update(memory_json(network.plan()));
    return figure;
}

Recipe dense_recipe(std::uint32_t layers) {
    std::vector<Layer> list = {Flatten{}};
    for (std::uint32_t i = 1; i < layers; ++i) {
        list.emplace_back(Dense{64});
        list.emplace_back(Relu{});
    }
    list.emplace_back(Dense{10});
    return {"dense", Sequential(std::move(list)), "mnist", {.optimizer = Sgd{.learning_rate = 1e-3f}}, {}};
}

}  // namespace

std::vector<NetworkCase> network_cases(const std::string& only, std::uint32_t batch) {
    std::vector<NetworkCase> cases = {{"keras-mnist", 32},        {"keras-mnist", 128}, {"keras-mnist-dropout", 32},
                                      {"lenet-cifar10", 4},       {"keras-cifar10", 128}, {"feed-forward", 32}};
    if (batch) {
        for (NetworkCase& item : cases) item.batch = batch;
        const auto same = [](const NetworkCase& a, const NetworkCase& b) { return a.recipe == b.recipe; };
        cases.erase(std::unique(cases.begin(), cases.end(), same), cases.end());
    }
    if (only.empty()) return cases;
    (void)recipe(only);  // its Error lists the names
    std::erase_if(cases, [&](const NetworkCase& item) { return item.recipe != only; });
    return cases;
}

double first_step_ms(const DeviceSettings& settings, const std::string& name, std::uint32_t batch) {
    const auto start = std::chrono::steady_clock::now();
    const Device device(settings);
    StepNetwork network(device, recipe(name), batch, StepKind::train, batch, {});
    network.run(1);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void measure_training(const Device& device, const std::vector<NetworkCase>& cases, const Budget& budget, bool brief, const FirstSteps& first_steps, Collector& collector) {
    for (const NetworkCase& item : cases)
        collector.attempt(item.name("train"), [&] {
            StepNetwork network(device, recipe(item.recipe), item.batch, StepKind::train, images, {});
            Figure figure = figure_of(network, longer(budget), collector.figures.peak_gflops);
            figure.name = item.name("train");
            if (!brief) figure.more["layers"] = layers_json(device, network, budget);
            if (Json first = !brief && first_steps ? first_steps(item) : Json(); !first.is_null()) figure.more["first_step_ms"] = std::move(first);
            collector.add(std::move(figure));
        });
}

void measure_inference(const Device& device, const std::vector<NetworkCase>& cases, const Budget& budget, Collector& collector) {
    for (const NetworkCase& item : cases)
        collector.attempt(item.name("infer"), [&] {
            StepNetwork network(device, recipe(item.recipe), item.batch, StepKind::predict, images, {});
            Figure figure = figure_of(network, longer(budget), collector.figures.peak_gflops);
            figure.name = item.name("infer");
            collector.add(std::move(figure));
        });
}

void measure_replay(const Device& device, const Budget& budget, Collector& collector) {
    constexpr plan::ReplayOptions whole_submits{.steps_per_submit = 32, .submit_ms = 0};
    for (std::uint32_t layers : {6u, 60u}) {
        const std::string name = "replay/dense-" + std::to_string(layers) + "/32";
        collector.attempt(name, [&] {
            StepNetwork network(device, dense_recipe(layers), 32, StepKind::train, images, whole_submits);
            Figure figure = figure_of(network, longer(budget), 0, 2 * whole_submits.steps_per_submit);
            figure.name = name;
            collector.add(std::move(figure));
        });
    }
}

void measure_memory(const Device& device, const std::vector<NetworkCase>& cases, Collector& collector) {
    for (const NetworkCase& item : cases)
        collector.attempt(item.name("memory"), [&] {
            StepNetwork network(device, recipe(item.recipe), item.batch, StepKind::train, item.batch, {});
            Figure figure{.name = item.name("memory"), .unit = Unit::planned_of_bound, .more = memory_json(network.plan())};
            figure.value = figure.more["planned_of_bound"];
            collector.add(std::move(figure));
        });
}

}  // namespace hekla::bench
