// Each layer's part of the graph.

#include <hekla/error.h>

#include "nn/layers.h"

namespace hekla::nn {
namespace {

struct Apply {
    const std::vector<Tensor>& inputs;
    const std::vector<Tensor>& parameters;
    const ApplyOptions& options;

    Tensor x = inputs[0];

    Tensor parameter(std::size_t index) const { return index < parameters.size() ? parameters[index] : Tensor(); }

    Tensor operator()(const Conv2d& conv) const {
        return conv2d(x, parameter(0), parameter(1),
                      {.stride = conv.stride, .padding = conv.padding, .dilation = conv.dilation, .groups = conv.groups});
    }
    Tensor operator()(const Dense&) const { return dense(x, parameter(0), parameter(1)); }
    Tensor operator()(const MaxPool2d& pool) const {
        return max_pool2d(x, {.size = pool.size, .stride = pool.stride, .padding = pool.padding, .ceil_mode = pool.ceil_mode});
    }
    Tensor operator()(const AveragePool2d& pool) const {
        return average_pool2d(x, {.size = pool.size, .stride = pool.stride, .padding = pool.padding, .ceil_mode = pool.ceil_mode,
                                  .count_include_pad = pool.count_include_pad});
    }
    Tensor operator()(const GlobalMaxPool2d&) const { return global_max_pool2d(x); }
    Tensor operator()(const GlobalAveragePool2d&) const { return global_average_pool2d(x); }
    Tensor operator()(const Flatten&) const { return flatten(x); }
    Tensor operator()(const Reshape& reshaped) const {
        std::vector<std::uint64_t> dims = {x.shape()[0]};
        dims.insert(dims.end(), reshaped.shape.begin(), reshaped.shape.end());
        return reshape(x, Shape(dims));
    }
    Tensor operator()(const Dropout& drop) const {
        return options.training ? dropout(x, drop.rate, x.graph().step_state(), options.stream) : x;
    }
    Tensor operator()(const Softmax&) const { return softmax(x); }
    Tensor operator()(const Relu&) const { return relu(x); }
    Tensor operator()(const LeakyRelu& leaky) const { return leaky_relu(x, leaky.slope); }
    Tensor operator()(const Elu& unit) const { return elu(x, unit.alpha); }
    Tensor operator()(const Sigmoid&) const { return sigmoid(x); }
    Tensor operator()(const Tanh&) const { return tanh(x); }
    Tensor operator()(const Gelu&) const { return gelu(x); }
    Tensor operator()(const Silu&) const { return silu(x); }
    Tensor operator()(const Softplus&) const { return softplus(x); }
    Tensor operator()(const Add&) const { return folded("add", add); }
    Tensor operator()(const Multiply&) const { return folded("multiply", multiply); }
    Tensor operator()(const Concat&) const { return concat(inputs, static_cast<std::uint32_t>(x.shape().rank() - 1)); }

    Tensor operator()(const BatchNorm& norm) const {
        if (!options.training || !options.trainable)
            return batch_norm_given(x, parameter(2), parameter(3), parameter(0), parameter(1), norm.epsilon);
        return batch_norm(x, parameter(0), parameter(1), {.epsilon = norm.epsilon, .momentum = norm.momentum}, x.graph().step_state(), parameter(2),
                          parameter(3));
    }
    Tensor operator()(const LayerNorm& norm) const { return layer_norm(x, parameter(0), parameter(1), norm.epsilon); }
    Tensor operator()(const GroupNorm& norm) const { return group_norm(x, norm.groups, parameter(0), parameter(1), norm.epsilon); }
    Tensor operator()(const InstanceNorm& norm) const { return instance_norm(x, parameter(0), parameter(1), norm.epsilon); }
    Tensor operator()(const DepthwiseConv2d& conv) const {
        return conv2d(x, parameter(0), parameter(1),
                      {.stride = conv.stride, .padding = conv.padding, .dilation = conv.dilation, .groups = static_cast<std::uint32_t>(x.shape().back())});
    }
    Tensor operator()(const SeparableConv2d& conv) const {
        const Tensor channels = conv2d(x, parameter(0), {},
                                       {.stride = conv.stride, .padding = conv.padding, .dilation = conv.dilation,
                                        .groups = static_cast<std::uint32_t>(x.shape().back())});
        return conv2d(channels, parameter(1), parameter(2));
    }
    Tensor operator()(const Conv2dTranspose& conv) const {
        return conv2d_transpose(x, parameter(0), parameter(1),
                                {.stride = conv.stride, .padding = conv.padding, .output_padding = conv.output_padding.value_or(Size2(0))});
    }
    Tensor operator()(const Upsample2d& up) const { return upsample2d(x, up.factor, up.interpolation); }
    Tensor operator()(const Embedding&) const { return embedding(parameter(0), x); }
    Tensor operator()(const SimpleRnn& rnn) const { return apply_recurrent(Recurrence::simple, rnn.sequences, x, parameters); }
    Tensor operator()(const Lstm& rnn) const { return apply_recurrent(Recurrence::lstm, rnn.sequences, x, parameters); }
    Tensor operator()(const Gru& rnn) const { return apply_recurrent(Recurrence::gru, rnn.sequences, x, parameters); }
    Tensor operator()(const MultiHeadAttention& attention) const { return apply_attention(attention.heads, inputs, parameters); }

    /// f(f(a, b), c).. of inputs of one shape: broadcasting would hide a mistake.
    Tensor folded(const char* name, Tensor (*f)(Tensor, Tensor)) const {
        Tensor result = x;
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            if (inputs[i].shape() != x.shape())
                throw Error(ErrorCode::invalid_argument, std::string("[") + name + "] its inputs differ in shape: " + to_string(x.shape()) + " and " +
                                                             to_string(inputs[i].shape()));
            result = f(result, inputs[i]);
        }
        return result;
    }
};

}  // namespace

Tensor apply(const Layer& layer, const std::vector<Tensor>& x, const std::vector<Tensor>& parameters, const ApplyOptions& options) {
    return std::visit(Apply{x, parameters, options}, layer);
}

}  // namespace hekla::nn
