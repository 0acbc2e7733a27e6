// Which layers of a network can be shown.

#include <algorithm>

#include <hekla/error.h>
#include <hekla/explain.h>

namespace hekla {
namespace {

using Place = NetworkStructure::Place;

bool is_convolution(const Layer& layer) {
    return std::holds_alternative<Conv2d>(layer) || std::holds_alternative<DepthwiseConv2d>(layer) || std::holds_alternative<SeparableConv2d>(layer) ||
           std::holds_alternative<Conv2dTranspose>(layer);
}

/// What is taken to belong to the convolution before it.
bool is_finish(const Layer& layer) {
    return std::visit(
        []<class T>(const T&) {
            return std::is_same_v<T, BatchNorm> || std::is_same_v<T, LayerNorm> || std::is_same_v<T, GroupNorm> || std::is_same_v<T, InstanceNorm> ||
                   std::is_same_v<T, Relu> || std::is_same_v<T, LeakyRelu> || std::is_same_v<T, Elu> || std::is_same_v<T, Sigmoid> ||
                   std::is_same_v<T, Tanh> || std::is_same_v<T, Gelu> || std::is_same_v<T, Silu> || std::is_same_v<T, Softplus>;
        },
        layer);
}

std::vector<const Place*> readers_of(const NetworkStructure& structure, const std::string& value) {
    std::vector<const Place*> readers;
    for (const Place& place : structure.places)
        if (std::find(place.inputs.begin(), place.inputs.end(), value) != place.inputs.end()) readers.push_back(&place);
    return readers;
}

Filters filters_of(const Network& network, const std::string& layer, const Shape& shape) {
    Filters filters{layer, static_cast<std::uint32_t>(shape[0]), static_cast<std::uint32_t>(shape[1]), static_cast<std::uint32_t>(shape[2]),
                    static_cast<std::uint32_t>(shape[3]), {}};
    filters.values = network.parameter(layer + ".weight")->values();
    return filters;
}

}  // namespace

Filters first_filters(const Network& network) {
    const NetworkStructure structure = network.structure();
    const Shape& image = network.input().image_shape;
    std::string value = structure.inputs.at(0).name;
    while (true) {
        const std::vector<const Place*> readers = readers_of(structure, value);
        if (readers.empty() || image.rank() != 3) return {};
        const Place& place = *readers[0];
        const Layer& layer = network.layers()[place.layer];
        const std::string name = network.layer_names()[place.layer];
        if (std::holds_alternative<Conv2d>(layer)) return filters_of(network, name, network.parameter(name + ".weight")->shape());
        if (std::holds_alternative<Dense>(layer) && network.parameter(name + ".weight")->shape()[0] == image.elements())
            return filters_of(network, name, {image[0], image[1], image[2], network.parameter(name + ".weight")->shape()[1]});
        if (!std::holds_alternative<Flatten>(layer)) return {};
        value = place.value;
    }
}

std::vector<std::string> feature_layers(const Network& network) {
    std::vector<std::string> names;
    for (const LayerSummary& row : network.summary())
        if (row.output.rank() == 3) names.push_back(row.name);
    return names;
}

std::string last_convolution(const Network& network) {
    const NetworkStructure structure = network.structure();
    std::string value;
    for (const Place& place : structure.places)
        if (is_convolution(network.layers()[place.layer])) value = place.value;
    while (!value.empty()) {
        const std::vector<const Place*> readers = readers_of(structure, value);
        if (readers.size() != 1 || !is_finish(network.layers()[readers[0]->layer])) break;
        value = readers[0]->value;
    }
    return value;
}

}  // namespace hekla
