#pragma once
// The networks whose training steps the report covers, as graphs. No device.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <hekla/graph.h>

namespace hekla::shader_report {

struct Network {
    std::string name;  // "resnet18-224"
    std::uint32_t batch = 1;
    /// Adds one whole training step: batch, forward, loss, gradients, update, counters.
    std::function<void(Graph&)> build;
};

/// The articles' recipes by name, then resnet20-cifar10, resnet18-224, mobilenet-224, lstm-mnist, mlp-64, mlp-1024, and each optimizer with all that stands around an update.
std::vector<Network> networks();

}  // namespace hekla::shader_report
