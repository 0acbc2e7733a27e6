#pragma once
// The sections of `hekla bench`, each over one device.

#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/networks.h"

namespace hekla::bench {

/// "peak", "matmul", "conv", "ops", "train", "infer", "replay", "memory", in the order in which they run.
const std::vector<std::string>& section_names();

struct Settings {
    std::vector<std::string> sections;  // names; empty: all
    Budget budget;
    std::string network;                // empty: all
    std::uint32_t batch = 0;            // of the networks; 0: each one's own
    bool brief = false;                 // of networks the speed alone: no peak, no layers, no first step
    FirstSteps first_steps;             // may be empty
};

/// The peak first, whatever is asked for: everything else is told as a fraction of it. Throws Error if `network` is unknown
/// or can't be measured in the sections asked for.
void measure(const Device& device, const Settings& settings, Collector& collector);

/// Puts every implementation of the measured kernels to its self-test: how many were tested on this device so far, and
/// what was wrong with those that failed.
Json self_tests(const Device& device);

}  // namespace hekla::bench
