// The architecture of a network: inputs, layers and their places.

#include "nn/network_state.h"

#include <algorithm>
#include <map>

#include <hekla/error.h>

#include "nn/layers.h"

namespace hekla {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[network] " + what); }

void require_unbuilt(const Network::State& state) {
    if (state.info) fail("it is built: layers, inputs and outputs can't be added any more (with_layers gives an unbuilt copy)");
}

void require_own(const Network::State& state, const void* network, const std::string& reader) {
    if (network != &state) fail(reader + ": an input is empty or a value of another network");
}

template <class List>
void require_free_name(const List& list, const std::string& name, const char* what) {
    for (const auto& entry : list)
        if (entry.name == name) fail(std::string("there is an ") + what + " called '" + name + "' already: give each a name of its own");
}

}  // namespace

std::string Network::State::value_name(std::uint32_t value) const {
    const Origin& origin = values.at(value);
    if (origin.is_input) return inputs[origin.index].name;
    const std::size_t layer = calls[origin.index].layer;
    std::size_t place = 1;
    for (std::size_t i = 0; i < origin.index; ++i) place += calls[i].layer == layer;
    return entries[layer].name + (place > 1 ? "@" + std::to_string(place) : "");
}

bool Network::State::is_chain() const {
    if (inputs.size() != 1 || inputs[0].desc.shape.rank() != 0 || outputs.size() != 1 || calls.size() != layers.size()) return false;
    std::map<std::string, int> counts;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const std::string type = nn::type_name(layers[i]);
        if (calls[i].layer != i || calls[i].inputs != std::vector<std::uint32_t>{static_cast<std::uint32_t>(i)}) return false;
        if (!entries[i].trainable || entries[i].name != type + "_" + std::to_string(++counts[type])) return false;
    }
    return inputs[0].name == "input" && outputs[0].name == "output" && outputs[0].value == calls.size();
}

Network::Network() : state_(std::make_shared<State>()) {}

Network::Value Network::input(const std::string& name, const Shape& shape, DType dtype) {
    State& s = *state_;
    require_unbuilt(s);
    require_free_name(s.inputs, name, "input");
    require_free_name(s.entries, name, "layer");
    if (dtype != DType::f32 && dtype != DType::u32) fail("input " + name + " must be f32 or u32");
    if (shape.rank() == 0 && (!s.inputs.empty() || dtype != DType::f32))
        fail("input " + name + " needs a shape: build is told that of the first input only, which is then f32");
    s.inputs.push_back({name, {shape, dtype}});
    s.values.push_back({true, s.inputs.size() - 1});
    return {&s, static_cast<std::uint32_t>(s.values.size() - 1)};
}

Network::LayerRef Network::layer(const Layer& layer, const LayerOptions& options) {
    State& s = *state_;
    require_unbuilt(s);
    std::string name = options.name;
    const std::string type = nn::type_name(layer);
    const auto same_type = std::count_if(s.layers.begin(), s.layers.end(), [&](const Layer& other) { return other.index() == layer.index(); });
    if (name.empty()) name = type + "_" + std::to_string(same_type + 1);
    if (name.find('@') != std::string::npos) fail("the layer name '" + name + "' must not hold '@'");
    require_free_name(s.entries, name, "layer");
    require_free_name(s.inputs, name, "input");
    s.layers.push_back(layer);
    s.entries.push_back({name, options.trainable, {}, {}});
    return {&s, s.layers.size() - 1};
}

Network::Value Network::apply_layer(LayerRef layer, Value x) { return apply_layer(layer, std::vector<Value>{x}); }

Network::Value Network::apply_layer(LayerRef layer, const std::vector<Value>& inputs) {
    State& s = *state_;
    require_unbuilt(s);
    if (layer.network_ != &s) fail("the layer belongs to another network");
    State::Call call{layer.index_, {}, static_cast<std::uint32_t>(s.values.size())};
    for (Value value : inputs) {
        require_own(s, value.network_, "layer " + s.entries[layer.index_].name);
        call.inputs.push_back(value.id_);
    }
    s.calls.push_back(std::move(call));
    s.values.push_back({false, s.calls.size() - 1});
    return {&s, s.calls.back().value};
}

Network::Value Network::add(const Layer& of, Value x, const LayerOptions& options) { return add(of, std::vector<Value>{x}, options); }
Network::Value Network::add(const Layer& of, const std::vector<Value>& inputs, const LayerOptions& options) {
    // Before the layer is made: it would be one that is applied nowhere.
    for (Value value : inputs) require_own(*state_, value.network_, std::string("a ") + nn::type_name(of));
    return apply_layer(layer(of, options), inputs);
}

void Network::output(Value value, const std::string& name) {
    State& s = *state_;
    require_unbuilt(s);
    require_own(s, value.network_, "output " + name);
    require_free_name(s.outputs, name, "output");
    s.outputs.push_back({name, value.id_});
}

Network Network::with_layers(const std::vector<Layer>& layers) const {
    const State& s = *state_;
    if (layers.size() != s.layers.size()) fail("it has " + std::to_string(s.layers.size()) + " layers, " + std::to_string(layers.size()) + " were given");
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].index() != s.layers[i].index())
            fail("layer " + s.entries[i].name + " is of type " + nn::type_name(s.layers[i]) + ", a " + nn::type_name(layers[i]) + " was given");
    Network copy;
    *copy.state_ = s;
    copy.state_->layers = layers;
    copy.state_->info.reset();
    copy.state_->parameters.clear();
    for (State::LayerEntry& entry : copy.state_->entries) {
        entry.parameters.clear();
        entry.learnt.clear();
    }
    return copy;
}

Network Network::with_outputs(const std::vector<std::string>& values) const {
    Network copy;
    *copy.state_ = *state_;
    copy.state_->outputs.clear();
    std::string names;
    for (std::uint32_t v = 0; v < state_->values.size(); ++v) names += (names.empty() ? "" : ", ") + state_->value_name(v);
    for (const std::string& name : values) {
        std::uint32_t v = 0;
        while (v < state_->values.size() && state_->value_name(v) != name) ++v;
        if (v == state_->values.size()) fail("there is no layer or input called '" + name + "'; there are: " + names);
        require_free_name(copy.state_->outputs, name, "output");
        copy.state_->outputs.push_back({name, v});
    }
    if (values.empty()) fail("it needs an output; there are: " + names);
    return copy;
}

void Network::set_trainable(const std::string& layer, bool trainable) {
    for (std::size_t i = 0; i < state_->entries.size(); ++i) {
        State::LayerEntry& entry = state_->entries[i];
        if (entry.name != layer) continue;
        for (std::size_t p = 0; p < entry.parameters.size(); ++p)
            if (entry.learnt[p]) state_->parameters[entry.parameters[p]]->set_trainable(trainable);
        entry.trainable = trainable;
        return;
    }
    std::string names;
    for (const State::LayerEntry& entry : state_->entries) names += (names.empty() ? "" : ", ") + entry.name;
    fail("there is no layer called '" + layer + "'; there are: " + names);
}

const std::vector<Layer>& Network::layers() const { return state_->layers; }

namespace {
template <class List>
std::vector<std::string> names_of(const List& list) {
    std::vector<std::string> names;
    for (const auto& entry : list) names.push_back(entry.name);
    return names;
}
}  // namespace
std::vector<std::string> Network::layer_names() const { return names_of(state_->entries); }
std::vector<std::string> Network::input_names() const { return names_of(state_->inputs); }
std::vector<std::string> Network::output_names() const { return names_of(state_->outputs); }

NetworkStructure Network::structure() const {
    const State& s = *state_;
    NetworkStructure result;
    for (const State::Input& input : s.inputs) result.inputs.push_back({input.name, input.desc});
    for (const State::Call& call : s.calls) {
        result.places.push_back({call.layer, {}, s.value_name(call.value)});
        for (std::uint32_t value : call.inputs) result.places.back().inputs.push_back(s.value_name(value));
    }
    for (const State::Output& output : s.outputs) result.outputs.push_back({output.name, s.value_name(output.value)});
    for (const State::LayerEntry& entry : s.entries) result.trainable.push_back(entry.trainable);
    result.is_chain = s.is_chain();
    return result;
}

bool Network::ends_in_softmax() const {
    if (state_->outputs.empty()) return false;
    const State::Origin& origin = state_->values[state_->outputs[0].value];
    return !origin.is_input && std::holds_alternative<Softmax>(state_->layers[state_->calls[origin.index].layer]);
}

Sequential::Sequential(std::initializer_list<Layer> layers) : Sequential(std::vector<Layer>(layers)) {}

Sequential::Sequential(const std::vector<Layer>& layers) {
    if (layers.empty()) throw Error(ErrorCode::invalid_argument, "[sequential] a network needs at least one layer");
    Value x = input("input");
    for (const Layer& layer : layers) x = add(layer, x);
    output(x);
}

}  // namespace hekla
