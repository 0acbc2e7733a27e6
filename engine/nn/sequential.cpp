#include <cstdio>
#include <map>

#include <hekla/error.h>
#include <hekla/nn.h>

#include "base/host_memory.h"
#include "nn/layers.h"
#include "nn/sequential_state.h"

namespace hekla {

Sequential::Sequential(std::initializer_list<Layer> layers) : Sequential(std::vector<Layer>(layers)) {}

Sequential::Sequential(std::vector<Layer> layers) : state_(std::make_shared<State>()) {
    if (layers.empty()) throw Error(ErrorCode::invalid_argument, "[sequential] a network needs at least one layer");
    state_->layers = std::move(layers);
    std::map<std::string, int> counts;
    for (const Layer& layer : state_->layers) {
        const std::string type = nn::type_name(layer);
        state_->names.push_back(type + "_" + std::to_string(++counts[type]));
    }
}

namespace {

constexpr std::uint64_t largest_parameter = 1u << 30;  // elements: 4 GiB, beyond what one binding of a device holds

/// Runs one layer's shape rules on a graph that is thrown away; errors name the layer.
Shape output_shape(const Layer& layer, const std::string& name, const Shape& input) {
    try {
        Graph graph;
        std::vector<std::uint64_t> dims = {1};
        dims.insert(dims.end(), input.dims().begin(), input.dims().end());
        const Tensor x = graph.input("x", {Shape(dims), DType::f32});
        std::vector<Tensor> parameters;
        for (const nn::ParameterSpec& spec : nn::parameter_specs(layer, input))
            parameters.push_back(graph.input(spec.name, {spec.shape, DType::f32}));
        const Shape out = nn::apply(layer, x, parameters, {}).shape();
        return Shape(std::vector<std::uint64_t>(out.dims().begin() + 1, out.dims().end()));
    } catch (const Error& error) {
        throw Error(error.code(), "[sequential] layer " + name + " does not fit its input " + to_string(input) + ": " + error.what());
    }
}

/// A parameter of the network, not made yet.
struct Planned {
    std::string name;  // "conv2d_1.weight"
    nn::ParameterSpec spec;
    std::size_t layer;
};

std::vector<Planned> plan_parameters(const std::vector<Layer>& layers, const std::vector<std::string>& names, const Shape& image_shape) {
    if (image_shape.rank() == 0 || image_shape.elements() == 0)
        throw Error(ErrorCode::invalid_argument, "[sequential] the input shape " + to_string(image_shape) + " is empty");
    std::vector<Planned> planned;
    Shape shape = image_shape;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Shape next = output_shape(layers[i], names[i], shape);
        for (nn::ParameterSpec& spec : nn::parameter_specs(layers[i], shape)) {
            const std::string name = names[i] + "." + spec.name;
            if (spec.shape.elements() > largest_parameter)
                throw Error(ErrorCode::unsupported, "[sequential] " + name + " would have the shape " + to_string(spec.shape) +
                                                        ", which is more than " + std::to_string(largest_parameter) + " elements");
            planned.push_back({name, std::move(spec), i});
        }
        shape = next;
    }
    return planned;
}

void check_memory(const std::vector<Planned>& parameters) {
    std::uint64_t bytes = 0;
    for (const Planned& parameter : parameters) bytes += parameter.spec.shape.elements() * sizeof(float);
    const std::uint64_t available = available_host_bytes();
    if (bytes > available)
        throw Error(ErrorCode::out_of_memory, "[sequential] the network's parameters need " + std::to_string(bytes) + " bytes, " +
                                                  std::to_string(available) + " are available: make its layers smaller");
}

std::uint64_t multiply_adds(const Layer& layer, const Shape& input, const Shape& output) {
    const std::vector<nn::ParameterSpec> specs = nn::parameter_specs(layer, input);
    if (specs.empty()) return 0;
    // Every weight is used once per output position: a whole image of them for a convolution, one for a dense layer.
    const std::uint64_t positions = output.rank() == 3 ? output[0] * output[1] : 1;
    return specs[0].shape.elements() * positions;
}

}  // namespace

void Sequential::build(const InputInfo& input, std::uint64_t seed) {
    if (built()) {
        if (state_->input->image_shape != input.image_shape)
            throw Error(ErrorCode::invalid_argument, "[sequential] the network takes images of " + to_string(state_->input->image_shape) +
                                                         ", these are " + to_string(input.image_shape));
        state_->input = input;
        return;
    }
    const std::vector<Planned> planned = plan_parameters(state_->layers, state_->names, input.image_shape);
    check_memory(planned);
    std::vector<ParameterPtr> parameters;
    std::vector<std::vector<std::size_t>> layer_parameters(state_->layers.size());
    for (const Planned& parameter : planned) {
        const auto stream = static_cast<std::uint32_t>(parameters.size());
        layer_parameters[parameter.layer].push_back(parameters.size());
        parameters.push_back(std::make_shared<Parameter>(parameter.name, parameter.spec.shape, nn::initial_values(parameter.spec, seed, stream)));
    }
    state_->parameters = std::move(parameters);
    state_->layer_parameters = std::move(layer_parameters);
    state_->input = input;
}

std::vector<ParameterInfo> Sequential::parameters_for(const Shape& image_shape) const {
    std::vector<ParameterInfo> infos;
    for (Planned& parameter : plan_parameters(state_->layers, state_->names, image_shape))
        infos.push_back({std::move(parameter.name), std::move(parameter.spec.shape)});
    return infos;
}

const KernelChoices& Sequential::choices() const { return state_->choices; }
void Sequential::set_choices(KernelChoices choices) { state_->choices = std::move(choices); }

bool Sequential::built() const { return state_->input.has_value(); }

const InputInfo& Sequential::input() const {
    if (!built()) throw Error(ErrorCode::invalid_argument, "[sequential] the network is not built yet: call build, or fit a Trainer");
    return *state_->input;
}
const std::vector<Layer>& Sequential::layers() const { return state_->layers; }
const std::vector<ParameterPtr>& Sequential::parameters() const {
    input();
    return state_->parameters;
}

std::uint64_t Sequential::parameter_count() const {
    std::uint64_t count = 0;
    for (const ParameterPtr& parameter : parameters()) count += parameter->shape().elements();
    return count;
}

std::vector<LayerSummary> Sequential::summary() const {
    std::vector<LayerSummary> rows;
    Shape shape = input().image_shape;
    for (std::size_t i = 0; i < state_->layers.size(); ++i) {
        const Layer& layer = state_->layers[i];
        LayerSummary row;
        row.name = state_->names[i];
        row.type = nn::type_name(layer);
        row.output = output_shape(layer, row.name, shape);
        for (std::size_t index : state_->layer_parameters[i]) row.parameters += state_->parameters[index]->shape().elements();
        row.multiply_adds = multiply_adds(layer, shape, row.output);
        row.output_bytes = row.output.elements() * sizeof(float);
        shape = row.output;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string Sequential::summary_text() const {
    char line[160];
    std::string text;
    const auto add = [&](const std::string& layer, const std::string& output, const std::string& parameters, const std::string& macs, const std::string& bytes) {
        std::snprintf(line, sizeof line, "%-24s %-14s %12s %14s %12s\n", layer.c_str(), output.c_str(), parameters.c_str(), macs.c_str(), bytes.c_str());
        text += line;
    };
    add("layer", "output", "parameters", "multiply-adds", "bytes/image");
    std::uint64_t macs = 0, bytes = 0;
    for (const LayerSummary& row : summary()) {
        add(row.name, to_string(row.output), std::to_string(row.parameters), std::to_string(row.multiply_adds), std::to_string(row.output_bytes));
        macs += row.multiply_adds;
        bytes += row.output_bytes;
    }
    add("total", "", std::to_string(parameter_count()), std::to_string(macs), std::to_string(bytes));
    return text;
}

Tensor Sequential::apply(Tensor x, bool training) const {
    const Shape& image = input().image_shape;
    std::vector<std::uint64_t> expected = image.dims();
    expected.insert(expected.begin(), x.shape().rank() ? x.shape()[0] : 0);
    if (x.shape() != Shape(expected))
        throw Error(ErrorCode::invalid_argument, "[sequential] the network takes a batch of " + to_string(image) + ", the input is " + to_string(x.shape()));
    Graph& graph = x.graph();
    for (std::size_t i = 0; i < state_->layers.size(); ++i) {
        graph.begin_layer(state_->names[i]);
        std::vector<Tensor> parameters;
        for (std::size_t index : state_->layer_parameters[i]) parameters.push_back(graph.parameter(state_->parameters[index]));
        x = nn::apply(state_->layers[i], x, parameters, {.training = training, .stream = static_cast<std::uint32_t>(i)});
    }
    return x;
}

}  // namespace hekla
