#include "io/architecture.h"

#include <algorithm>
#include <array>
#include <map>

#include "io/layer_json.h"

namespace hekla::io {
namespace {

constexpr const char* format_name = "hekla-network";
constexpr std::size_t most_layers = 10000;

using Values = std::map<std::string, Network::Value>;

// A network that is no chain: its layers say what they read, and the ends have names -----------------------------
void write_graph(const Network& network, const NetworkStructure& structure, Json& json) {
    json["version"] = 2;
    for (const auto& input : structure.inputs) {
        Json entry = {{"name", input.name}, {"shape", input.desc.shape.dims()}};
        if (input.desc.dtype != DType::f32) entry["dtype"] = name(input.desc.dtype);
        json["inputs"].push_back(std::move(entry));
    }
    const std::vector<std::string> names = network.layer_names();
    std::vector<bool> seen(names.size());
    for (const auto& place : structure.places) {
        Json entry = {{"type", "again"}, {"layer", names[place.layer]}};
        if (!seen[place.layer]) {
            entry = layer_json(network.layers()[place.layer]);
            entry["name"] = names[place.layer];
            if (!structure.trainable[place.layer]) entry["trainable"] = false;
        }
        seen[place.layer] = true;
        entry["inputs"] = place.inputs;
        json["layers"].push_back(std::move(entry));
    }
    for (const auto& output : structure.outputs) json["outputs"].push_back({{"name", output.name}, {"value", output.value}});
}

std::vector<Network::Value> inputs_of(Reader& reader, const Values& values) {
    std::vector<Network::Value> inputs;
    for (const std::string& name : reader.texts("inputs")) {
        const auto found = values.find(name);
        if (found == values.end()) reader.fail("reads '" + name + "', which no input or layer before it is called");
        inputs.push_back(found->second);
    }
    return inputs;
}

void read_inputs(const Json& list, const std::string& origin, Network& network, Values& values) {
    for (const Json& entry : list) {
        Reader reader(entry, origin + ": input " + std::to_string(values.size() + 1));
        const std::string name = reader.text("name");
        const Json* shape = reader.find("shape");
        const Json* dtype = reader.find("dtype");
        if (dtype && *dtype != "u32" && *dtype != "f32") reader.fail("\"dtype\" must be \"f32\" or \"u32\"");
        const Shape dims = shape && !(shape->is_array() && shape->empty()) ? Shape(reader.dims("shape")) : Shape();
        values[name] = network.input(name, dims, dtype && *dtype == "u32" ? DType::u32 : DType::f32);
        reader.nothing_else();
    }
}

struct Placed {
    Network::LayerRef layer;
    int places = 0;
};

void read_layers(const Json& list, const std::string& origin, Network& network, Values& values) {
    std::map<std::string, Placed> layers;
    std::size_t number = 0;
    for (const Json& entry : list) {
        Reader reader(entry, origin + ": layer " + std::to_string(++number));
        const Json* type = reader.find("type");
        const bool again = type && *type == "again";
        std::string name = reader.text(again ? "layer" : "name");
        if (again && !layers.contains(name)) reader.fail("applies '" + name + "' again, which no layer before it is called");
        if (!again) {
            bool trainable = true;
            reader.flag("trainable", trainable);
            layers[name].layer = network.layer(read_layer(reader), {name, trainable});
        }
        Placed& placed = layers[name];
        const Network::Value value = network.apply_layer(placed.layer, inputs_of(reader, values));
        if (++placed.places > 1) name += "@" + std::to_string(placed.places);
        values[name] = value;
        reader.nothing_else();
    }
}

Network read_graph(const Json& inputs, const Json& layers, Reader& reader, const std::string& origin) {
    Network network;
    Values values;
    if (!inputs.is_array() || inputs.empty() || inputs.size() > most_layers) reader.fail("needs \"inputs\", a list of inputs");
    const Json* outputs = reader.find("outputs");
    if (!outputs || !outputs->is_array() || outputs->empty() || outputs->size() > most_layers) reader.fail("needs \"outputs\", a list of outputs");
    try {
        read_inputs(inputs, origin, network, values);
        read_layers(layers, origin, network, values);
        for (const Json& entry : *outputs) {
            Reader output(entry, origin + ": output " + entry.dump());
            const std::string name = output.text("name"), value = output.text("value");
            if (!values.contains(value)) output.fail("is '" + value + "', which no input or layer is called");
            network.output(values[value], name);
            output.nothing_else();
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalid_file) throw;
        throw Error(ErrorCode::invalid_file, origin + ": " + error.what());  // a name that is taken
    }
    return network;
}

Network read_chain(const Json& list, const std::string& origin) {
    std::vector<Layer> layers;
    for (const Json& entry : list) {
        Reader reader(entry, origin + ": layer " + std::to_string(layers.size() + 1));
        layers.push_back(read_layer(reader));
        reader.nothing_else();
    }
    return Sequential(layers);
}

std::vector<std::string> read_classes(Reader& reader) {
    std::vector<std::string> classes;
    const Json* list = reader.find("classes");
    if (!list) return classes;
    if (!list->is_array()) reader.fail("\"classes\" must be a list of names");
    for (const Json& name : *list) {
        if (!name.is_string()) reader.fail("\"classes\" must be a list of names");
        classes.push_back(name.get<std::string>());
    }
    return classes;
}

constexpr std::array fit_names = {"stretch", "crop", "pad"};

const char* fit_name(ImageFit fit) { return fit_names.at(static_cast<std::size_t>(fit)); }

ImageFit fit_of(const Json& name, const Reader& reader) {
    for (std::size_t i = 0; i < fit_names.size(); ++i)
        if (name == fit_names[i]) return static_cast<ImageFit>(i);
    reader.fail("\"fit\" must be \"stretch\", \"crop\" or \"pad\"");
}

/// By class, the groups around it, outermost first.
std::vector<std::vector<std::string>> read_parents(Reader& reader, std::size_t classes) {
    const Json* groups = reader.find("class_groups");
    if (!groups) return {};
    const auto is_text = [](const Json& name) { return name.is_string(); };
    bool fits = groups->is_array() && groups->size() == classes;
    for (std::size_t c = 0; fits && c < classes; ++c)
        fits = (*groups)[c].is_array() && std::all_of((*groups)[c].begin(), (*groups)[c].end(), is_text);
    if (!fits) reader.fail("\"class_groups\" must be a list of one list of names for each class");
    return groups->get<std::vector<std::vector<std::string>>>();
}

}  // namespace

std::string write_architecture(const Network& network) {
    Json json = {{"format", format_name}, {"version", 1}, {"layers", Json::array()}};
    const NetworkStructure structure = network.structure();
    if (structure.is_chain) {
        for (const Layer& layer : network.layers()) json["layers"].push_back(layer_json(layer));
    } else {
        write_graph(network, structure, json);
    }
    if (network.built()) {
        const InputInfo& input = network.input();
        json["input"] = {{"shape", input.image_shape.dims()}, {"scale", input.scale}, {"shift", input.shift}};
        if (input.fit != ImageFit::stretch) json["input"]["fit"] = fit_name(input.fit);
        json["classes"] = input.classes;
        if (!input.parents.empty()) json["class_groups"] = input.parents;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Architecture read_architecture(const std::string& text, const std::string& origin) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) throw Error(ErrorCode::invalid_file, origin + ": the architecture is not valid JSON");
    Reader reader(json, origin + ": the architecture");
    if (const Json* format = reader.find("format"); format && *format != format_name) reader.fail("has the format " + format->dump() + ", not \"" + format_name + "\"");
    if (const Json* version = reader.find("version"); version && *version != 1 && *version != 2) reader.fail("is of version " + version->dump() + "; this program reads versions 1 and 2");
    const Json* list = reader.find("layers");
    if (!list || !list->is_array() || list->empty() || list->size() > most_layers) reader.fail("needs \"layers\", a list of 1 to 10,000 layers");
    const Json* inputs = reader.find("inputs");
    Architecture architecture{inputs ? read_graph(*inputs, *list, reader, origin) : read_chain(*list, origin), {}};
    InputInfo info;
    info.classes = read_classes(reader);
    info.parents = read_parents(reader, info.classes.size());
    if (const Json* input = reader.find("input")) {
        Reader members(*input, origin + ": the architecture's input");
        info.image_shape = Shape(members.dims("shape"));
        members.number("scale", info.scale);
        members.number("shift", info.shift);
        if (const Json* fit = members.find("fit")) info.fit = fit_of(*fit, members);
        members.nothing_else();
        architecture.input = std::move(info);
    }
    reader.nothing_else();
    return architecture;
}

}  // namespace hekla::io
