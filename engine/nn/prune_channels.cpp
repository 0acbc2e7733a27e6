// Whole channels taken out: who reads a layer's channels, which of them stay, and the smaller network.

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <hekla/error.h>
#include <hekla/prune.h>

namespace hekla {
namespace {

using Place = NetworkStructure::Place;
using Channels = std::vector<std::uint32_t>;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[prune] " + what); }

template <class... Types>
bool is_one_of(const Layer& layer) {
    return (std::holds_alternative<Types>(layer) || ...);
}

bool passes_channels(const Layer& layer) {
    return is_one_of<MaxPool2d, AveragePool2d, GlobalMaxPool2d, GlobalAveragePool2d, Flatten, Dropout, Relu, LeakyRelu, Elu, Sigmoid, Tanh, Gelu, Silu, Softplus,
                     Upsample2d>(layer);
}
/// Every parameter has the channels as its last axis, and they do not mix.
bool is_per_channel(const Layer& layer) { return is_one_of<BatchNorm, InstanceNorm, DepthwiseConv2d>(layer); }
bool ungrouped(const Layer& layer) {
    const auto* conv = std::get_if<Conv2d>(&layer);
    return !conv || conv->groups == 1;
}

/// A parameter's axis whose entries belong to channels, in turn: what a Flatten made of an image repeats them for every pixel.
struct Axis {
    std::string parameter;
    std::size_t axis;
};

class Pruner {
  public:
    explicit Pruner(const Network& network) : network_(network), structure_(network.structure()), names_(network.layer_names()) {
        for (const LayerSummary& row : network.summary()) outputs_[row.name] = row.output;
    }

    ChannelPruning run(double share) {
        ChannelPruning result;
        std::vector<Layer> layers = network_.layers();
        std::map<std::string, std::pair<Shape, std::vector<float>>> values;
        for (const ParameterPtr& parameter : network_.parameters()) values[parameter->name()] = {parameter->shape(), parameter->values()};
        bool any = false;
        for (const Place& place : structure_.places) {
            if (!is_one_of<Conv2d, SeparableConv2d, Dense>(layers[place.layer])) continue;
            const auto channels = static_cast<std::uint32_t>(outputs_.at(place.value).back());
            ChannelPruning::Layer row{names_[place.layer], channels, channels, {}};
            axes_.clear();
            row.kept = why_kept(place);
            if (row.kept.empty()) {
                const Channels stay = strongest(channels, share);
                row.after = static_cast<std::uint32_t>(stay.size());
                any = true;
                set_channels(layers[place.layer], row.after);
                for (const Axis& axis : axes_) cut(values.at(axis.parameter), axis.axis, channels, stay);
            }
            result.layers.push_back(std::move(row));
        }
        if (!any) fail(nothing_to_prune(result));
        result.network = network_.with_layers(layers);
        result.network.build(network_.input());
        for (const ParameterPtr& parameter : result.network.parameters()) parameter->set_values(values.at(parameter->name()).second);
        return result;
    }

  private:
    bool applied_once(std::size_t layer) const {
        return std::count_if(structure_.places.begin(), structure_.places.end(), [&](const Place& place) { return place.layer == layer; }) == 1;
    }
    bool has(const std::string& parameter) const {
        const auto& all = network_.parameters();
        return std::any_of(all.begin(), all.end(), [&](const ParameterPtr& one) { return one->name() == parameter; });
    }
    void add_axis(const std::string& parameter, std::size_t axis) {
        if (has(parameter)) axes_.push_back({parameter, axis});
    }

    /// Fills axes_ with what belongs to the channels of a place, or says why they stay.
    std::string why_kept(const Place& place) {
        const std::string& name = names_[place.layer];
        const Layer& layer = network_.layers()[place.layer];
        if (!ungrouped(layer)) return "it is grouped";
        if (!applied_once(place.layer)) return "it is applied in several places";
        if (!structure_.trainable[place.layer]) return "it is frozen";
        if (is_one_of<SeparableConv2d>(layer)) add_axis(name + ".pointwise", 3);
        else add_axis(name + ".weight", is_one_of<Dense>(layer) ? 1 : 3);
        add_axis(name + ".bias", 0);
        return follow(place.value);
    }

    std::string follow(const std::string& value) {
        for (const NetworkStructure::Output& output : structure_.outputs)
            if (output.value == value) return "it leads to the network's output";
        for (const Place& reader : structure_.places) {
            if (std::find(reader.inputs.begin(), reader.inputs.end(), value) == reader.inputs.end()) continue;
            const std::string why = read_by(reader);
            if (!why.empty()) return why;
        }
        return {};
    }

    std::string read_by(const Place& reader) {
        const Layer& layer = network_.layers()[reader.layer];
        const std::string& name = names_[reader.layer];
        if (!passes_channels(layer) && !applied_once(reader.layer)) return name + " reads it and is applied in several places";
        if (passes_channels(layer)) return follow(reader.value);
        if (is_per_channel(layer)) {
            for (const char* parameter : {".scale", ".shift", ".running_mean", ".running_variance", ".bias"}) add_axis(name + parameter, 0);
            add_axis(name + ".weight", 3);
            return follow(reader.value);
        }
        if (is_one_of<Dense>(layer)) {
            add_axis(name + ".weight", 0);
            return {};
        }
        if (is_one_of<Conv2d>(layer) && ungrouped(layer)) {
            add_axis(name + ".weight", 2);
            return {};
        }
        if (is_one_of<SeparableConv2d>(layer)) {
            add_axis(name + ".depthwise", 3);
            add_axis(name + ".pointwise", 2);
            return {};
        }
        return "it is read by " + name;
    }

    /// Those with the largest L1 norm, in their order; one at least.
    Channels strongest(std::uint32_t channels, double share) const {
        const ParameterPtr weight = network_.parameter(axes_.front().parameter);
        std::vector<double> norms(channels);
        const std::vector<float>& values = weight->values();
        for (std::size_t i = 0; i < values.size(); ++i) norms[i % channels] += std::abs(double{values[i]});
        Channels order(channels);
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t l, std::uint32_t r) { return norms[l] > norms[r]; });
        order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(std::llround((1 - share) * channels))));
        std::sort(order.begin(), order.end());
        return order;
    }

    static void set_channels(Layer& layer, std::uint32_t channels) {
        if (auto* conv = std::get_if<Conv2d>(&layer)) conv->filters = channels;
        else if (auto* separable = std::get_if<SeparableConv2d>(&layer)) separable->filters = channels;
        else std::get<Dense>(layer).units = channels;
    }

    /// Leaves those entries along an axis out whose channel does not stay.
    static void cut(std::pair<Shape, std::vector<float>>& tensor, std::size_t axis, std::uint32_t channels, const Channels& stay) {
        auto& [shape, values] = tensor;
        std::vector<std::uint64_t> dims = shape.dims();
        const std::uint64_t inner = std::accumulate(dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end(), std::uint64_t{1}, std::multiplies<>());
        std::vector<float> left;
        for (std::uint64_t i = 0; i < values.size(); ++i)
            if (std::binary_search(stay.begin(), stay.end(), static_cast<std::uint32_t>(i / inner % dims[axis] % channels))) left.push_back(values[i]);
        dims[axis] = dims[axis] / channels * stay.size();
        shape = Shape(dims);
        values = std::move(left);
    }

    std::string nothing_to_prune(const ChannelPruning& result) const {
        std::string text = "no layer's channels can be taken out";
        for (const ChannelPruning::Layer& row : result.layers) text += std::string(&row == &result.layers.front() ? ": " : "; ") + row.name + ": " + row.kept;
        return text;
    }

    const Network& network_;
    NetworkStructure structure_;
    std::vector<std::string> names_;
    std::map<std::string, Shape> outputs_;  // by value
    std::vector<Axis> axes_;                // of the place looked at; the first is its weight
};

}  // namespace

ChannelPruning prune_channels(const Network& network, double share) {
    if (!(share >= 0 && share < 1)) fail("the share must lie in [0, 1) and is " + std::to_string(share));
    return Pruner(network).run(share);
}

}  // namespace hekla
