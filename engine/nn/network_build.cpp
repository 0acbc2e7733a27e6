// A network's shapes, parameters and nodes.

#include <algorithm>
#include <cstdio>

#include <hekla/error.h>

#include "base/host_memory.h"
#include "nn/layers.h"
#include "nn/network_state.h"

namespace hekla {
namespace {

constexpr std::uint64_t largest_parameter = 1u << 30;  // elements: 4 GiB, beyond what one binding of a device holds

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[network] " + what); }

Shape with_batch(std::uint64_t batch, const Shape& shape) {
    std::vector<std::uint64_t> dims = {batch};
    dims.insert(dims.end(), shape.dims().begin(), shape.dims().end());
    return Shape(dims);
}
Shape without_batch(const Shape& shape) { return Shape(std::vector<std::uint64_t>(shape.dims().begin() + 1, shape.dims().end())); }

std::string list_of(const std::vector<TensorDesc>& inputs) {
    std::string text;
    for (const TensorDesc& input : inputs) text += (text.empty() ? "" : " and ") + to_string(input.shape);
    return text;
}

/// A parameter of the network, not made yet.
struct Planned {
    std::string name;  // "conv2d_1.weight"
    nn::ParameterSpec spec;
    std::size_t layer;
};

/// Shapes of all values and the parameters of all layers, for images of one shape.
struct Layout {
    std::vector<TensorDesc> values;          // without the batch
    std::vector<Planned> parameters;         // in layer order
};

/// Runs one layer's shape rules on a graph that is thrown away.
TensorDesc output_desc(const Layer& layer, const std::vector<TensorDesc>& inputs, const std::vector<nn::ParameterSpec>& specs) {
    Graph graph;
    std::vector<Tensor> x, parameters;
    for (const TensorDesc& input : inputs) x.push_back(graph.input("x", {with_batch(1, input.shape), input.dtype}));
    for (const nn::ParameterSpec& spec : specs) parameters.push_back(graph.input(spec.name, {spec.shape, DType::f32}));
    const TensorDesc out = nn::apply(layer, x, parameters, {}).desc();
    return {without_batch(out.shape), out.dtype};
}

class Planner {
  public:
    Planner(const Network::State& state, const Shape& image_shape) : s_(state), specs_(state.layers.size()), applied_(state.layers.size()) {
        if (s_.inputs.empty() || s_.outputs.empty()) fail("it needs an input and an output before it is built");
        layout_.values.resize(s_.values.size());
        for (std::size_t v = 0; v < s_.values.size(); ++v)
            if (s_.values[v].is_input) layout_.values[v] = input_desc(s_.values[v].index, image_shape);
        for (const auto& call : s_.calls) place(call);
        for (std::size_t i = 0; i < s_.layers.size(); ++i) {
            if (!applied_[i]) fail("layer " + s_.entries[i].name + " is applied nowhere");
            for (nn::ParameterSpec& spec : specs_[i]) add_parameter(i, std::move(spec));
        }
    }
    Layout take() { return std::move(layout_); }

  private:
    TensorDesc input_desc(std::size_t index, const Shape& image_shape) const {
        TensorDesc desc = s_.inputs[index].desc;
        if (index == 0 && desc.shape.rank() == 0) desc.shape = image_shape;
        if (desc.shape.rank() == 0 || desc.elements() == 0) fail("the shape " + to_string(desc.shape) + " of input " + s_.inputs[index].name + " is empty");
        if (index == 0 && desc.shape != image_shape)
            fail("input " + s_.inputs[0].name + " is " + to_string(desc.shape) + ", the images are " + to_string(image_shape));
        return desc;
    }

    /// Errors name the layer.
    void place(const Network::State::Call& call) {
        const std::string& name = s_.entries[call.layer].name;
        std::vector<TensorDesc> inputs;
        for (std::uint32_t value : call.inputs) inputs.push_back(layout_.values[value]);
        try {
            std::vector<nn::ParameterSpec> specs = nn::parameter_specs(s_.layers[call.layer], inputs);
            layout_.values[call.value] = output_desc(s_.layers[call.layer], inputs, specs);
            if (!applied_[call.layer]) specs_[call.layer] = std::move(specs);
            else if (!same_shapes(specs, specs_[call.layer])) fail("it has parameters for inputs of another shape, in the place before");
        } catch (const Error& error) {
            throw Error(error.code(), "[network] layer " + name + " does not fit its input " + list_of(inputs) + ": " + error.what());
        }
        applied_[call.layer] = true;
    }

    static bool same_shapes(const std::vector<nn::ParameterSpec>& l, const std::vector<nn::ParameterSpec>& r) {
        return std::equal(l.begin(), l.end(), r.begin(), r.end(), [](const auto& a, const auto& b) { return a.shape == b.shape; });
    }

    void add_parameter(std::size_t layer, nn::ParameterSpec spec) {
        const std::string name = s_.entries[layer].name + "." + spec.name;
        if (spec.shape.elements() > largest_parameter)
            throw Error(ErrorCode::unsupported, "[network] " + name + " would have the shape " + to_string(spec.shape) + ", which is more than " +
                                                    std::to_string(largest_parameter) + " elements");
        layout_.parameters.push_back({name, std::move(spec), layer});
    }

    const Network::State& s_;
    std::vector<std::vector<nn::ParameterSpec>> specs_;  // by layer
    std::vector<bool> applied_;
    Layout layout_;
};

void check_memory(const std::vector<Planned>& parameters) {
    std::uint64_t bytes = 0;
    for (const Planned& parameter : parameters) bytes += parameter.spec.shape.elements() * sizeof(float);
    const std::uint64_t available = available_host_bytes();
    if (bytes > available)
        throw Error(ErrorCode::out_of_memory, "[network] its parameters need " + std::to_string(bytes) + " bytes, " +
                                                  std::to_string(available) + " are available: make its layers smaller");
}

}  // namespace

void Network::build(const InputInfo& input, std::uint64_t seed) {
    State& s = *state_;
    if (built()) {
        if (s.info->image_shape != input.image_shape)
            throw Error(ErrorCode::invalid_argument, "[network] it takes images of " + to_string(s.info->image_shape) + ", these are " +
                                                         to_string(input.image_shape));
        s.info = input;
        return;
    }
    const std::vector<Planned> planned = Planner(s, input.image_shape).take().parameters;
    check_memory(planned);
    std::vector<ParameterPtr> parameters;
    std::vector<std::vector<std::size_t>> by_layer(s.layers.size());
    std::vector<std::vector<bool>> learnt(s.layers.size());
    for (const Planned& parameter : planned) {
        const auto stream = static_cast<std::uint32_t>(parameters.size());
        by_layer[parameter.layer].push_back(parameters.size());
        learnt[parameter.layer].push_back(parameter.spec.trainable);
        parameters.push_back(std::make_shared<Parameter>(parameter.name, parameter.spec.shape, nn::initial_values(parameter.spec, seed, stream),
                                                         parameter.spec.trainable && s.entries[parameter.layer].trainable));
    }
    for (std::size_t i = 0; i < by_layer.size(); ++i) {
        s.entries[i].parameters = std::move(by_layer[i]);
        s.entries[i].learnt = std::move(learnt[i]);
    }
    s.parameters = std::move(parameters);
    s.info = input;
}

void Network::build(std::uint64_t seed) {
    if (state_->inputs.empty() || state_->inputs[0].desc.shape.rank() == 0)
        fail("its first input has no shape of its own: give it one, or build with the shape of the images");
    build(InputInfo{.image_shape = state_->inputs[0].desc.shape, .scale = 1, .shift = 0, .classes = {}}, seed);
}

std::vector<ParameterInfo> Network::parameters_for(const Shape& image_shape) const {
    std::vector<ParameterInfo> infos;
    for (Planned& parameter : Planner(*state_, image_shape).take().parameters) infos.push_back({std::move(parameter.name), std::move(parameter.spec.shape)});
    return infos;
}

const KernelChoices& Network::choices() const { return state_->choices; }
void Network::set_choices(KernelChoices choices) { state_->choices = std::move(choices); }

bool Network::built() const { return state_->info.has_value(); }

const InputInfo& Network::input() const {
    if (!built()) throw Error(ErrorCode::invalid_argument, "[network] it is not built yet: call build, or fit a Trainer");
    return *state_->info;
}
const std::vector<ParameterPtr>& Network::parameters() const {
    input();
    return state_->parameters;
}
ParameterPtr Network::parameter(const std::string& name) const {
    std::string names;
    for (const ParameterPtr& parameter : parameters()) {
        if (parameter->name() == name) return parameter;
        names += (names.empty() ? "" : ", ") + parameter->name();
    }
    fail("there is no parameter called '" + name + "'; there are: " + names);
}

std::uint64_t Network::parameter_count() const {
    std::uint64_t count = 0;
    for (const ParameterPtr& parameter : parameters()) count += parameter->shape().elements();
    return count;
}

std::vector<Shape> Network::input_shapes() const {
    const Layout layout = Planner(*state_, input().image_shape).take();
    std::vector<Shape> shapes;
    for (std::size_t v = 0; v < state_->values.size(); ++v)
        if (state_->values[v].is_input) shapes.push_back(layout.values[v].shape);
    return shapes;
}
std::vector<Shape> Network::output_shapes() const {
    const Layout layout = Planner(*state_, input().image_shape).take();
    std::vector<Shape> shapes;
    for (const State::Output& output : state_->outputs) shapes.push_back(layout.values[output.value].shape);
    return shapes;
}

std::vector<LayerSummary> Network::summary() const {
    const Layout layout = Planner(*state_, input().image_shape).take();
    std::vector<LayerSummary> rows;
    std::vector<bool> counted(state_->layers.size());
    for (const State::Call& call : state_->calls) {
        const Layer& layer = state_->layers[call.layer];
        std::vector<TensorDesc> inputs;
        for (std::uint32_t value : call.inputs) inputs.push_back(layout.values[value]);
        LayerSummary row;
        row.name = state_->value_name(call.value);
        row.type = nn::type_name(layer);
        row.output = layout.values[call.value].shape;
        if (!counted[call.layer])
            for (std::size_t index : state_->entries[call.layer].parameters) row.parameters += state_->parameters[index]->shape().elements();
        counted[call.layer] = true;
        row.multiply_adds = nn::multiply_adds(layer, inputs, row.output);
        row.output_bytes = row.output.elements() * sizeof(float);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string Network::summary_text() const {
    char line[160];
    std::string text;
    const auto add_line = [&](const std::string& layer, const std::string& output, const std::string& parameters, const std::string& macs, const std::string& bytes) {
        std::snprintf(line, sizeof line, "%-24s %-14s %12s %14s %12s\n", layer.c_str(), output.c_str(), parameters.c_str(), macs.c_str(), bytes.c_str());
        text += line;
    };
    add_line("layer", "output", "parameters", "multiply-adds", "bytes/image");
    std::uint64_t macs = 0, bytes = 0;
    for (const LayerSummary& row : summary()) {
        add_line(row.name, to_string(row.output), std::to_string(row.parameters), std::to_string(row.multiply_adds), std::to_string(row.output_bytes));
        macs += row.multiply_adds;
        bytes += row.output_bytes;
    }
    add_line("total", "", std::to_string(parameter_count()), std::to_string(macs), std::to_string(bytes));
    return text;
}

std::vector<Tensor> Network::apply(const std::vector<Tensor>& inputs, bool training) const {
    const State& s = *state_;
    const std::vector<Shape> shapes = input_shapes();
    if (inputs.size() != shapes.size()) fail("it has " + std::to_string(shapes.size()) + " inputs, " + std::to_string(inputs.size()) + " were given");
    std::vector<Tensor> values(s.values.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Shape& given = inputs[i].shape();
        const std::uint64_t batch = inputs[0].shape().rank() ? inputs[0].shape()[0] : 0;
        if (given != with_batch(batch, shapes[i]) || inputs[i].desc().dtype != s.inputs[i].desc.dtype)
            fail("input " + s.inputs[i].name + " takes a batch of " + to_string(TensorDesc{shapes[i], s.inputs[i].desc.dtype}) + ", the tensor given is " +
                 to_string(inputs[i].desc()));
    }
    for (std::size_t v = 0; v < s.values.size(); ++v)
        if (s.values[v].is_input) values[v] = inputs[s.values[v].index];
    Graph& graph = inputs[0].graph();
    for (std::size_t i = 0; i < s.calls.size(); ++i) {
        const State::Call& call = s.calls[i];
        graph.begin_layer(s.entries[call.layer].name);
        std::vector<Tensor> x, parameters;
        for (std::uint32_t value : call.inputs) x.push_back(values[value]);
        for (std::size_t index : s.entries[call.layer].parameters) parameters.push_back(graph.parameter(s.parameters[index]));
        values[call.value] = nn::apply(s.layers[call.layer], x, parameters,
                                       {.training = training, .trainable = s.entries[call.layer].trainable, .stream = static_cast<std::uint32_t>(i)});
    }
    std::vector<Tensor> outputs;
    for (const State::Output& output : s.outputs) outputs.push_back(values[output.value]);
    return outputs;
}

Tensor Network::apply(Tensor x, bool training) const {
    if (state_->inputs.size() != 1 || state_->outputs.size() != 1)
        fail("it has " + std::to_string(state_->inputs.size()) + " inputs and " + std::to_string(state_->outputs.size()) +
             " outputs: apply it to a list of tensors");
    return apply(std::vector<Tensor>{x}, training)[0];
}

}  // namespace hekla
