#pragma once
// Whole networks: `train`, `infer`, `replay` and `memory` of `hekla bench`.

#include "bench/figures.h"
#include "bench/step_network.h"

namespace hekla::bench {

struct NetworkCase {
    std::string recipe;
    std::uint32_t batch = 1;
    std::string name(const char* section) const { return std::string(section) + "/" + recipe + "/" + std::to_string(batch); }
};

/// The articles' networks with their batches; `only` keeps one network, a `batch` other than 0 replaces theirs. Throws Error
/// if there is none of that name.
std::vector<NetworkCase> network_cases(const std::string& only, std::uint32_t batch = 0);

/// Milliseconds from nothing (no instance, no device) to the end of the first step of a recipe.
double first_step_ms(const DeviceSettings& settings, const std::string& recipe, std::uint32_t batch);
/// Gives the members of "first_step_ms" of a case; null leaves it out.
using FirstSteps = std::function<Json(const NetworkCase&)>;

/// Images per second of training, with dispatches, barriers and CPU time per step, and memory; unless `brief`, the time of each
/// layer and of the first step.
void measure_training(const Device& device, const std::vector<NetworkCase>& cases, const Budget& budget, bool brief, const FirstSteps& first_steps, Collector& collector);
/// The same for the forward pass up to the probabilities, which stay on the device.
void measure_inference(const Device& device, const std::vector<NetworkCase>& cases, const Budget& budget, Collector& collector);
/// CPU time per step of 6 and of 60 dense layers, without a time target of submits.
void measure_replay(const Device& device, const Budget& budget, Collector& collector);
/// Bytes planned for the intermediate values of training, and what no plan could do with less than.
void measure_memory(const Device& device, const std::vector<NetworkCase>& cases, Collector& collector);

}  // namespace hekla::bench
