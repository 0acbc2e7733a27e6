// What each layer needs made before it can run.

#include <hekla/error.h>

#include "nn/layers.h"

namespace hekla::nn {
namespace {

[[noreturn]] void fail(const char* layer, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, std::string("[") + layer + "] " + what);
}

std::string groups_error(std::uint64_t groups, std::uint64_t channels, std::uint64_t filters) {
    return std::to_string(groups) + " groups do not divide " + std::to_string(channels) + " channels and " + std::to_string(filters) + " filters";
}

struct Specs {
    const std::vector<TensorDesc>& inputs;
    using List = std::vector<ParameterSpec>;

    const Shape& input() const { return inputs[0].shape; }
    void require_image(const char* layer) const {
        if (input().rank() != 3) fail(layer, "needs an image, height x width x channels; its input is " + to_string(input()));
    }

    List operator()(const Conv2d& conv) const {
        require_image("conv2d");
        if (conv.groups == 0 || input()[2] % conv.groups != 0 || conv.filters % conv.groups != 0)
            fail("conv2d", groups_error(conv.groups, input()[2], conv.filters));
        const std::uint64_t window = std::uint64_t{conv.kernel.height} * conv.kernel.width, channels = input()[2] / conv.groups;
        const std::uint64_t fan_in = window * channels, fan_out = window * conv.filters / conv.groups;
        List specs = {{"weight", Shape{conv.kernel.height, conv.kernel.width, channels, conv.filters}, conv.weight_init, fan_in, fan_out}};
        if (conv.bias) specs.push_back({"bias", Shape{conv.filters}, conv.bias_init, fan_in, fan_out});
        return specs;
    }
    List operator()(const Dense& dense) const {
        if (input().rank() != 1) fail("dense", "needs a row of features; its input is " + to_string(input()) + " (put a Flatten before it)");
        List specs = {{"weight", Shape{input()[0], dense.units}, dense.weight_init, input()[0], dense.units}};
        if (dense.bias) specs.push_back({"bias", Shape{dense.units}, dense.bias_init, input()[0], dense.units});
        return specs;
    }
    List operator()(const BatchNorm& norm) const {
        List specs = scale_and_shift("batch_norm", norm.scale_init);
        specs.push_back({"running_mean", Shape{input().back()}, Init::zeros, 1, 1, false});
        specs.push_back({"running_variance", Shape{input().back()}, Init::ones, 1, 1, false});
        return specs;
    }
    List operator()(const LayerNorm&) const { return scale_and_shift("layer_norm", Init::ones); }
    List operator()(const GroupNorm&) const { return scale_and_shift("group_norm", Init::ones); }
    List operator()(const InstanceNorm&) const { return scale_and_shift("instance_norm", Init::ones); }
    List scale_and_shift(const char* layer, const Init& scale) const {
        if (input().rank() == 0) fail(layer, "needs at least one feature per sample");
        return {{"scale", Shape{input().back()}, scale}, {"shift", Shape{input().back()}, Init::zeros}};
    }

    List operator()(const DepthwiseConv2d& conv) const {
        require_image("depthwise_conv2d");
        const std::uint64_t window = std::uint64_t{conv.kernel.height} * conv.kernel.width, channels = input()[2];
        List specs = {{"weight", Shape{conv.kernel.height, conv.kernel.width, 1, channels}, conv.weight_init, window, window}};
        if (conv.bias) specs.push_back({"bias", Shape{channels}, conv.bias_init, window, window});
        return specs;
    }
    List operator()(const SeparableConv2d& conv) const {
        require_image("separable_conv2d");
        const std::uint64_t window = std::uint64_t{conv.kernel.height} * conv.kernel.width, channels = input()[2];
        List specs = {{"depthwise", Shape{conv.kernel.height, conv.kernel.width, 1, channels}, conv.weight_init, window, window},
                      {"pointwise", Shape{1, 1, channels, conv.filters}, conv.weight_init, channels, conv.filters}};
        if (conv.bias) specs.push_back({"bias", Shape{conv.filters}, conv.bias_init, channels, conv.filters});
        return specs;
    }
    List operator()(const Conv2dTranspose& conv) const {
        require_image("conv2d_transpose");
        const std::uint64_t window = std::uint64_t{conv.kernel.height} * conv.kernel.width, channels = input()[2];
        List specs = {{"weight", Shape{conv.kernel.height, conv.kernel.width, conv.filters, channels}, conv.weight_init, window * channels,
                       window * conv.filters}};
        if (conv.bias) specs.push_back({"bias", Shape{conv.filters}, conv.bias_init, window * channels, window * conv.filters});
        return specs;
    }

    List operator()(const Embedding& table) const {
        if (inputs[0].dtype != DType::u32) fail("embedding", "needs u32 indices; its input is " + to_string(inputs[0]));
        return {{"weight", Shape{table.rows, table.width}, table.weight_init, table.rows, table.width}};
    }

    List operator()(const SimpleRnn& rnn) const { return recurrent("simple_rnn", rnn, 1); }
    List operator()(const Lstm& rnn) const { return recurrent("lstm", rnn, 4); }
    List operator()(const Gru& rnn) const {
        List specs = recurrent("gru", rnn, 3);
        specs.push_back({"recurrent_bias", Shape{3 * std::uint64_t{rnn.units}}, Init::zeros, rnn.units, rnn.units});
        return specs;
    }
    template <class Rnn>
    List recurrent(const char* layer, const Rnn& rnn, std::uint64_t gates) const {
        if (input().rank() != 2) fail(layer, "needs a sequence, steps x features; its input is " + to_string(input()) + " (a Reshape makes one)");
        const std::uint64_t units = rnn.units, features = input()[1];
        return {{"weight", Shape{features, gates * units}, rnn.weight_init, features, units},
                {"recurrent", Shape{units, gates * units}, rnn.recurrent_init, units, units},
                {"bias", Shape{gates * units}, Init::zeros, features, units}};
    }

    List operator()(const MultiHeadAttention& attention) const {
        constexpr const char* parts[] = {"query", "key", "value"};
        if (inputs.size() == 2) fail("multi_head_attention", "takes 1 or 3 inputs, 2 were given");
        for (const TensorDesc& in : inputs)
            if (in.shape.rank() != 2) fail("multi_head_attention", "needs sequences, steps x features; an input is " + to_string(in.shape));
        if (inputs.back().shape[0] != inputs[inputs.size() > 1].shape[0])
            fail("multi_head_attention", "there are keys for " + std::to_string(inputs[1].shape[0]) + " steps and values for " + std::to_string(inputs[2].shape[0]));
        const std::uint64_t width = input()[1];
        if (attention.heads == 0 || width % attention.heads != 0)
            fail("multi_head_attention", std::to_string(attention.heads) + " heads do not divide " + std::to_string(width) + " features");
        List specs;
        const auto add_dense = [&](const std::string& name, std::uint64_t features) {
            specs.push_back({name + "_weight", Shape{features, width}, attention.weight_init, features, width});
            specs.push_back({name + "_bias", Shape{width}, Init::zeros, features, width});
        };
        for (std::size_t part = 0; part < 3; ++part) add_dense(parts[part], inputs[inputs.size() > 1 ? part : 0].shape[1]);
        add_dense("output", width);
        return specs;
    }

    template <class Other>
    List operator()(const Other&) const { return {}; }
};

/// How many inputs a layer takes.
struct Count {
    std::size_t least, most;
};
struct Counts {
    Count operator()(const Add&) const { return {2, 64}; }
    Count operator()(const Multiply&) const { return {2, 64}; }
    Count operator()(const Concat&) const { return {1, 64}; }
    Count operator()(const MultiHeadAttention&) const { return {1, 3}; }
    template <class Other>
    Count operator()(const Other&) const { return {1, 1}; }
};

struct MultiplyAdds {
    const std::vector<TensorDesc>& inputs;
    const std::vector<ParameterSpec>& specs;
    const Shape& output;

    // Every weight is used once per output position: a whole image of them for a convolution, one for a dense layer.
    std::uint64_t operator()(const Conv2d&) const { return specs[0].shape.elements() * output[0] * output[1]; }
    std::uint64_t operator()(const DepthwiseConv2d&) const { return specs[0].shape.elements() * output[0] * output[1]; }
    std::uint64_t operator()(const SeparableConv2d&) const { return (specs[0].shape.elements() + specs[1].shape.elements()) * output[0] * output[1]; }
    std::uint64_t operator()(const Conv2dTranspose&) const { return specs[0].shape.elements() * inputs[0].shape[0] * inputs[0].shape[1]; }
    std::uint64_t operator()(const Dense&) const { return specs[0].shape.elements(); }
    std::uint64_t operator()(const SimpleRnn&) const { return steps(); }
    std::uint64_t operator()(const Lstm&) const { return steps(); }
    std::uint64_t operator()(const Gru&) const { return steps(); }
    std::uint64_t steps() const { return (specs[0].shape.elements() + specs[1].shape.elements()) * inputs[0].shape[0]; }
    std::uint64_t operator()(const MultiHeadAttention&) const {
        const std::uint64_t queries = inputs[0].shape[0], width = inputs[0].shape[1], keys = inputs[inputs.size() > 1].shape[0];
        return queries * width * width * 2 + keys * (specs[2].shape.elements() + specs[4].shape.elements()) + 2 * queries * keys * width;
    }
    template <class Other>
    std::uint64_t operator()(const Other&) const { return 0; }
};

}  // namespace

std::vector<ParameterSpec> parameter_specs(const Layer& layer, const std::vector<TensorDesc>& inputs) {
    const Count count = std::visit(Counts{}, layer);
    if (inputs.size() < count.least || inputs.size() > count.most)
        fail(type_name(layer), "takes " + std::to_string(count.least) + (count.most > count.least ? " to " + std::to_string(count.most) : "") +
                                   " inputs, " + std::to_string(inputs.size()) + " were given");
    return std::visit(Specs{inputs}, layer);
}

std::uint64_t multiply_adds(const Layer& layer, const std::vector<TensorDesc>& inputs, const Shape& output) {
    return std::visit(MultiplyAdds{inputs, parameter_specs(layer, inputs), output}, layer);
}

}  // namespace hekla::nn
