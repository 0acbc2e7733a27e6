#include "nn/layers.h"

#include <cmath>

#include <hekla/error.h>

#include "reference/reference.h"

namespace hekla::nn {
namespace {

// Names -------------------------------------------------------------------------------------------
struct TypeName {
    const char* operator()(const Conv2d&) const { return "conv2d"; }
    const char* operator()(const Dense&) const { return "dense"; }
    const char* operator()(const MaxPool2d&) const { return "max_pool2d"; }
    const char* operator()(const AveragePool2d&) const { return "average_pool2d"; }
    const char* operator()(const GlobalMaxPool2d&) const { return "global_max_pool2d"; }
    const char* operator()(const GlobalAveragePool2d&) const { return "global_average_pool2d"; }
    const char* operator()(const Flatten&) const { return "flatten"; }
    const char* operator()(const Reshape&) const { return "reshape"; }
    const char* operator()(const Dropout&) const { return "dropout"; }
    const char* operator()(const Softmax&) const { return "softmax"; }
    const char* operator()(const Relu&) const { return "relu"; }
    const char* operator()(const LeakyRelu&) const { return "leaky_relu"; }
    const char* operator()(const Elu&) const { return "elu"; }
    const char* operator()(const Sigmoid&) const { return "sigmoid"; }
    const char* operator()(const Tanh&) const { return "tanh"; }
    const char* operator()(const Gelu&) const { return "gelu"; }
    const char* operator()(const Silu&) const { return "silu"; }
    const char* operator()(const Softplus&) const { return "softplus"; }
};

// Parameters ----------------------------------------------------------------------------------------
struct Specs {
    const Shape& input;

    std::vector<ParameterSpec> operator()(const Conv2d& conv) const {
        if (input.rank() != 3)
            throw Error(ErrorCode::invalid_argument, "[conv2d] needs an image, height x width x channels; its input is " + to_string(input));
        if (conv.groups == 0 || input[2] % conv.groups != 0 || conv.filters % conv.groups != 0)
            throw Error(ErrorCode::invalid_argument, "[conv2d] " + std::to_string(conv.groups) + " groups do not divide " + std::to_string(input[2]) +
                                                         " channels and " + std::to_string(conv.filters) + " filters");
        const std::uint64_t window = std::uint64_t{conv.kernel.height} * conv.kernel.width, channels = input[2] / conv.groups;
        const std::uint64_t fan_in = window * channels, fan_out = window * conv.filters / conv.groups;
        std::vector<ParameterSpec> specs = {
            {"weight", Shape{conv.kernel.height, conv.kernel.width, channels, conv.filters}, conv.weight_init, fan_in, fan_out}};
        if (conv.bias) specs.push_back({"bias", Shape{conv.filters}, conv.bias_init, fan_in, fan_out});
        return specs;
    }
    std::vector<ParameterSpec> operator()(const Dense& dense) const {
        if (input.rank() != 1)
            throw Error(ErrorCode::invalid_argument, "[dense] needs a row of features; its input is " + to_string(input) + " (put a Flatten before it)");
        std::vector<ParameterSpec> specs = {{"weight", Shape{input[0], dense.units}, dense.weight_init, input[0], dense.units}};
        if (dense.bias) specs.push_back({"bias", Shape{dense.units}, dense.bias_init, input[0], dense.units});
        return specs;
    }
    template <class Other>
    std::vector<ParameterSpec> operator()(const Other&) const { return {}; }
};

// Graph -----------------------------------------------------------------------------------------------
struct Apply {
    Tensor x;
    const std::vector<Tensor>& parameters;
    const ApplyOptions& options;

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
};

}  // namespace

const char* type_name(const Layer& layer) { return std::visit(TypeName{}, layer); }
std::vector<ParameterSpec> parameter_specs(const Layer& layer, const Shape& input) { return std::visit(Specs{input}, layer); }
Tensor apply(const Layer& layer, Tensor x, const std::vector<Tensor>& parameters, const ApplyOptions& options) {
    return std::visit(Apply{x, parameters, options}, layer);
}

std::vector<float> initial_values(const ParameterSpec& spec, std::uint64_t seed, std::uint32_t stream) {
    std::vector<float> values(spec.shape.elements(), 0.0f);
    if (spec.init == Init::zeros) return values;
    const auto low = static_cast<std::uint32_t>(seed), high = static_cast<std::uint32_t>(seed >> 32);
    const auto unit = [&](std::uint32_t index) { return reference::random_unit(low, high, stream, index); };
    const double fan_in = static_cast<double>(spec.fan_in), fan_out = static_cast<double>(spec.fan_out);
    if (spec.init == Init::he_normal) {
        // Box and Muller 1958; 1 - u keeps the logarithm finite.
        for (std::uint32_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(std::sqrt(2.0 / fan_in) * std::sqrt(-2.0 * std::log(1.0 - unit(2 * i))) *
                                           std::cos(2.0 * 3.14159265358979323846 * unit(2 * i + 1)));
        return values;
    }
    const double limit = spec.init == Init::glorot_uniform ? std::sqrt(6.0 / (fan_in + fan_out))
                         : spec.init == Init::he_uniform   ? std::sqrt(6.0 / fan_in)
                                                           : 1.0 / std::sqrt(fan_in);
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(limit * (2.0 * unit(i) - 1.0));
    return values;
}

}  // namespace hekla::nn
