#pragma once
// What each layer does: its name, its parameters and its part of the graph. One overload per layer type.

#include <string>
#include <vector>

#include <hekla/nn.h>

namespace hekla::nn {

/// What a layer needs made before it can run.
struct ParameterSpec {
    std::string name;  // "weight", "bias"
    Shape shape;
    Init init = Init::zeros;
    std::uint64_t fan_in = 1, fan_out = 1;
};

/// "conv2d"
const char* type_name(const Layer& layer);
/// For an input without the batch, e.g. 28x28x1. Throws Error if the layer can't take it.
std::vector<ParameterSpec> parameter_specs(const Layer& layer, const Shape& input);

struct ApplyOptions {
    bool training = false;
    std::uint32_t stream = 0;  // of random numbers, one per layer
};
/// Adds the layer's nodes for x (with the batch); `parameters` in the order of the specs.
Tensor apply(const Layer& layer, Tensor x, const std::vector<Tensor>& parameters, const ApplyOptions& options);

/// Values of a parameter at the start: depends on seed and stream alone.
std::vector<float> initial_values(const ParameterSpec& spec, std::uint64_t seed, std::uint32_t stream);

}  // namespace hekla::nn
