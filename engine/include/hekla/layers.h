#pragma once
// The layers of a network. An image is H x W x C; sizes and strides are in pixels.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <hekla/ops.h>

namespace hekla {

/// How parameters begin. Uniform ones draw from +-limit, normal ones have a deviation: Glorot (Xavier)
/// sqrt(6 / (fan_in + fan_out)) and sqrt(2 / (fan_in + fan_out)), He sqrt(6 / fan_in) and sqrt(2 / fan_in), LeCun
/// sqrt(3 / fan_in) and sqrt(1 / fan_in), fan_in 1 / sqrt(fan_in) (PyTorch's default for weights and biases). orthogonal:
/// the weight, seen as a matrix whose columns are the outputs, has orthonormal columns (rows where it is wider than high).
struct Init {
    enum class Kind : std::uint8_t {
        glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, fan_in_uniform, orthogonal, constant
    } kind = Kind::glorot_uniform;
    float value = 0;  // of a constant

    static const Init glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, fan_in_uniform,
        orthogonal, zeros, ones;
    static constexpr Init constant(float value) { return {Kind::constant, value}; }
    bool operator==(const Init&) const = default;
};
inline constexpr Init Init::glorot_uniform{Kind::glorot_uniform, 0}, Init::glorot_normal{Kind::glorot_normal, 0},
    Init::he_uniform{Kind::he_uniform, 0}, Init::he_normal{Kind::he_normal, 0}, Init::lecun_uniform{Kind::lecun_uniform, 0},
    Init::lecun_normal{Kind::lecun_normal, 0}, Init::fan_in_uniform{Kind::fan_in_uniform, 0},
    Init::orthogonal{Kind::orthogonal, 0}, Init::zeros{Kind::constant, 0}, Init::ones{Kind::constant, 1};

struct Conv2d {
    std::uint32_t filters = 1;
    Size2 kernel = 3;
    Size2 stride = 1;
    Padding padding = {};
    Size2 dilation = 1;
    std::uint32_t groups = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct Dense {
    std::uint32_t units = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct MaxPool2d {
    Size2 size = 2;
    std::optional<Size2> stride = {};
    Padding padding = {};
    bool ceil_mode = false;
};
struct AveragePool2d {
    Size2 size = 2;
    std::optional<Size2> stride = {};
    Padding padding = {};
    bool ceil_mode = false;
    bool count_include_pad = false;
};
struct GlobalMaxPool2d {};
struct GlobalAveragePool2d {};
struct Flatten {};
struct Reshape { std::vector<std::uint64_t> shape; };  // without the batch
struct Dropout { float rate = 0.5f; };
struct Softmax {};  // the last layer of a network that is trained feeds the loss without it
struct Relu {};
struct LeakyRelu { float slope = 0.01f; };
struct Elu { float alpha = 1.0f; };
struct Sigmoid {};
struct Tanh {};
struct Gelu {};
struct Silu {};
struct Softplus {};

// Of two or more values: the places where a network's paths meet.
struct Add {};       // of equal shapes: residual connections
struct Multiply {};  // of equal shapes: gates
struct Concat {};    // along the last axis: the channels of images

// Normalization; all have a scale (ones) and a shift (zeros) per channel.
/// By the batch's statistics in training, by running averages otherwise, and where the layer is frozen.
struct BatchNorm {
    float momentum = 0.1f;  // share of the batch in the running averages; Keras' momentum is 1 - this
    float epsilon = 1e-5f;
    Init scale_init = Init::ones;
};
struct LayerNorm { float epsilon = 1e-5f; };  // over the last axis
struct GroupNorm {
    std::uint32_t groups = 32;
    float epsilon = 1e-5f;
};
struct InstanceNorm { float epsilon = 1e-5f; };

struct DepthwiseConv2d {  // one filter per channel
    Size2 kernel = 3;
    Size2 stride = 1;
    Padding padding = {};
    Size2 dilation = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct SeparableConv2d {  // a depthwise convolution without bias, then one of 1x1
    std::uint32_t filters = 1;
    Size2 kernel = 3;
    Size2 stride = 1;
    Padding padding = {};
    Size2 dilation = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct Conv2dTranspose {
    std::uint32_t filters = 1;
    Size2 kernel = 3;
    Size2 stride = 1;
    Padding padding = {};
    std::optional<Size2> output_padding = {};
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct Upsample2d {
    Size2 factor = 2;
    Interpolation interpolation = Interpolation::nearest;
};

struct Embedding {  // u32 indices [..] -> [.., width]
    std::uint32_t rows = 1, width = 1;
    Init weight_init = Init::glorot_uniform;
};

// Recurrent layers, of sequences steps x features. They give the last state, or with `sequences` all of them.
struct SimpleRnn {  // h = tanh(x W + h U + b)
    std::uint32_t units = 1;
    bool sequences = false;
    Init weight_init = Init::glorot_uniform;
    Init recurrent_init = Init::orthogonal;
};
struct Lstm {  // gates in PyTorch's order: input, forget, cell, output
    std::uint32_t units = 1;
    bool sequences = false;
    Init weight_init = Init::glorot_uniform;
    Init recurrent_init = Init::orthogonal;
};
struct Gru {  // gates in PyTorch's order: reset, update, new; the reset gate works on h U + b
    std::uint32_t units = 1;
    bool sequences = false;
    Init weight_init = Init::glorot_uniform;
    Init recurrent_init = Init::orthogonal;
};

/// softmax(q k^T / sqrt(width of a head)) v in each head, between dense layers of the width of the queries. Of one value
/// steps x features, or of three: queries, keys, values.
struct MultiHeadAttention {
    std::uint32_t heads = 1;
    Init weight_init = Init::glorot_uniform;
};

using Layer = std::variant<Conv2d, Dense, MaxPool2d, AveragePool2d, GlobalMaxPool2d, GlobalAveragePool2d,
                           Flatten, Reshape, Dropout, Softmax, Relu, LeakyRelu, Elu, Sigmoid, Tanh, Gelu,
                           Silu, Softplus, Add, Multiply, Concat, BatchNorm, LayerNorm, GroupNorm, InstanceNorm,
                           DepthwiseConv2d, SeparableConv2d, Conv2dTranspose, Upsample2d, Embedding, SimpleRnn,
                           Lstm, Gru, MultiHeadAttention>;

}  // namespace hekla
