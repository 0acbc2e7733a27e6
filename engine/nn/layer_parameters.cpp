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
    template <class Other>
    Count operator()(const Other&) const { return {1, 1}; }
};

struct MultiplyAdds {
    const std::vector<TensorDesc>& inputs;
    const std::vector<ParameterSpec>& specs;
    const Shape& output;

    // Every weight is used once per output position: a whole image of them for a convolution, one for a dense layer.
    std::uint64_t operator()(const Conv2d&) const { return specs[0].shape.elements() * output[0] * output[1]; }
    std::uint64_t operator()(const Dense&) const { return specs[0].shape.elements(); }
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
