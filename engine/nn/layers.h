#pragma once
// What each layer does: its name, its parameters and its part of the graph.

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
    bool trainable = true;  // false: running averages
};

/// "conv2d"
const char* type_name(const Layer& layer);
/// For inputs without the batch, e.g. 28x28x1. Throws Error if the layer can't take them.
std::vector<ParameterSpec> parameter_specs(const Layer& layer, const std::vector<TensorDesc>& inputs);
/// Per image, forward.
std::uint64_t multiply_adds(const Layer& layer, const std::vector<TensorDesc>& inputs, const Shape& output);

struct ApplyOptions {
    bool training = false;
    bool trainable = true;     // false: frozen; running averages are used, not moved
    std::uint32_t stream = 0;  // of random numbers, one per place of a layer
};
/// Adds the layer's nodes for its inputs x (with the batch); `parameters` in the order of the specs.
Tensor apply(const Layer& layer, const std::vector<Tensor>& x, const std::vector<Tensor>& parameters, const ApplyOptions& options);

// Layers of many nodes (layer_recurrent.cpp, layer_attention.cpp).
enum class Recurrence : std::uint8_t { simple, lstm, gru };
/// x [N, steps, features]; parameters: weight, recurrent, bias, and of a GRU the recurrent bias.
Tensor apply_recurrent(Recurrence kind, bool sequences, Tensor x, const std::vector<Tensor>& parameters);
/// inputs [N, steps, features]: one, or queries, keys and values.
Tensor apply_attention(std::uint32_t heads, const std::vector<Tensor>& inputs, const std::vector<Tensor>& parameters);

/// Values of a parameter at the start: depends on seed and stream alone.
std::vector<float> initial_values(const ParameterSpec& spec, std::uint64_t seed, std::uint32_t stream);

}  // namespace hekla::nn
