#pragma once
// The shared part of a Sequential.

#include <optional>

#include <hekla/nn.h>

namespace hekla {

struct Sequential::State {
    std::vector<Layer> layers;
    std::optional<InputInfo> input;                           // set by build
    std::vector<ParameterPtr> parameters;                     // in layer order
    std::vector<std::vector<std::size_t>> layer_parameters;   // by layer: indexes into parameters
    std::vector<std::string> names;                           // by layer: "conv2d_1"
    KernelChoices choices;                                    // of the last training
};

}  // namespace hekla
