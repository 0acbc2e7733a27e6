#include "io/layer_json.h"

namespace hekla::io {
namespace {

struct InitName {
    Init init;
    const char* name;
};
constexpr InitName init_names[] = {{Init::glorot_uniform, "glorot_uniform"}, {Init::glorot_normal, "glorot_normal"},
                                   {Init::he_uniform, "he_uniform"}, {Init::he_normal, "he_normal"},
                                   {Init::lecun_uniform, "lecun_uniform"}, {Init::lecun_normal, "lecun_normal"},
                                   {Init::fan_in_uniform, "fan_in_uniform"}, {Init::orthogonal, "orthogonal"},
                                   {Init::zeros, "zeros"}, {Init::ones, "ones"}};

Json to_json(Size2 size) { return {size.height, size.width}; }
Json to_json(const Padding& padding) {
    if (padding.kind == Padding::Kind::valid) return "valid";
    if (padding.kind == Padding::Kind::same) return "same";
    return {padding.top, padding.left, padding.bottom, padding.right};
}

// Layers, one function for both directions: Write and Read have the same members --------------------------------
struct Write {
    Json& json;
    template <class T>
    void number(const char* key, const T& value, bool = false) { json[key] = value; }
    void flag(const char* key, bool value) { json[key] = value; }
    void size(const char* key, Size2 value) { json[key] = to_json(value); }
    void size(const char* key, const std::optional<Size2>& value) {
        if (value) json[key] = to_json(*value);
    }
    void padding(const char* key, const Padding& value) { json[key] = to_json(value); }
    void init(const char* key, const Init& value) { json[key] = io::to_json(value); }
};

template <class Visitor, class L>
void members(Visitor&, L&) {}  // most layers have none
template <class Visitor>
void members(Visitor& v, Conv2d& conv) {
    v.number("filters", conv.filters, true);
    v.size("kernel", conv.kernel);
    v.size("stride", conv.stride);
    v.padding("padding", conv.padding);
    v.size("dilation", conv.dilation);
    v.number("groups", conv.groups);
    v.flag("bias", conv.bias);
    v.init("weight_init", conv.weight_init);
    v.init("bias_init", conv.bias_init);
}
template <class Visitor>
void members(Visitor& v, Dense& dense) {
    v.number("units", dense.units, true);
    v.flag("bias", dense.bias);
    v.init("weight_init", dense.weight_init);
    v.init("bias_init", dense.bias_init);
}
template <class Visitor>
void members(Visitor& v, MaxPool2d& pool) {
    v.size("size", pool.size);
    v.size("stride", pool.stride);
    v.padding("padding", pool.padding);
    v.flag("ceil_mode", pool.ceil_mode);
}
template <class Visitor>
void members(Visitor& v, AveragePool2d& pool) {
    v.size("size", pool.size);
    v.size("stride", pool.stride);
    v.padding("padding", pool.padding);
    v.flag("ceil_mode", pool.ceil_mode);
    v.flag("count_include_pad", pool.count_include_pad);
}
template <class Visitor>
void members(Visitor& v, Dropout& dropout) { v.number("rate", dropout.rate); }
template <class Visitor>
void members(Visitor& v, LeakyRelu& leaky) { v.number("slope", leaky.slope); }
template <class Visitor>
void members(Visitor& v, Elu& elu) { v.number("alpha", elu.alpha); }
template <class Visitor>
void members(Visitor& v, BatchNorm& norm) {
    v.number("momentum", norm.momentum);
    v.number("epsilon", norm.epsilon);
    v.init("scale_init", norm.scale_init);
}
template <class Visitor>
void members(Visitor& v, LayerNorm& norm) { v.number("epsilon", norm.epsilon); }
template <class Visitor>
void members(Visitor& v, InstanceNorm& norm) { v.number("epsilon", norm.epsilon); }
template <class Visitor>
void members(Visitor& v, GroupNorm& norm) {
    v.number("groups", norm.groups, true);
    v.number("epsilon", norm.epsilon);
}
/// What the kinds of convolutions have in common.
template <class Visitor, class Conv>
void window_members(Visitor& v, Conv& conv) {
    v.size("kernel", conv.kernel);
    v.size("stride", conv.stride);
    v.padding("padding", conv.padding);
    v.flag("bias", conv.bias);
    v.init("weight_init", conv.weight_init);
    v.init("bias_init", conv.bias_init);
}
template <class Visitor>
void members(Visitor& v, DepthwiseConv2d& conv) {
    window_members(v, conv);
    v.size("dilation", conv.dilation);
}
template <class Visitor>
void members(Visitor& v, SeparableConv2d& conv) {
    v.number("filters", conv.filters, true);
    window_members(v, conv);
    v.size("dilation", conv.dilation);
}
template <class Visitor>
void members(Visitor& v, Conv2dTranspose& conv) {
    v.number("filters", conv.filters, true);
    window_members(v, conv);
    v.size("output_padding", conv.output_padding);
}
template <class Visitor>
void members(Visitor& v, Upsample2d& up) {
    v.size("factor", up.factor);
    bool bilinear = up.interpolation == Interpolation::bilinear;
    v.flag("bilinear", bilinear);
    up.interpolation = bilinear ? Interpolation::bilinear : Interpolation::nearest;
}
template <class Visitor>
void members(Visitor& v, Embedding& table) {
    v.number("rows", table.rows, true);
    v.number("width", table.width, true);
    v.init("weight_init", table.weight_init);
}
template <class Visitor, class Rnn>
void recurrent_members(Visitor& v, Rnn& rnn) {
    v.number("units", rnn.units, true);
    v.flag("sequences", rnn.sequences);
    v.init("weight_init", rnn.weight_init);
    v.init("recurrent_init", rnn.recurrent_init);
}
template <class Visitor>
void members(Visitor& v, SimpleRnn& rnn) { recurrent_members(v, rnn); }
template <class Visitor>
void members(Visitor& v, Lstm& rnn) { recurrent_members(v, rnn); }
template <class Visitor>
void members(Visitor& v, Gru& rnn) { recurrent_members(v, rnn); }
template <class Visitor>
void members(Visitor& v, MultiHeadAttention& attention) {
    v.number("heads", attention.heads, true);
    v.init("weight_init", attention.weight_init);
}
inline void members(Write& v, Reshape& reshape) { v.json["shape"] = reshape.shape; }
inline void members(Reader& v, Reshape& reshape) { reshape.shape = v.dims("shape"); }

struct TypeEntry {
    const char* name;
    Layer (*make)();
};
template <class L>
Layer make() { return L{}; }
constexpr TypeEntry types[] = {{"conv2d", make<Conv2d>}, {"dense", make<Dense>}, {"max_pool2d", make<MaxPool2d>},
                               {"average_pool2d", make<AveragePool2d>}, {"global_max_pool2d", make<GlobalMaxPool2d>},
                               {"global_average_pool2d", make<GlobalAveragePool2d>}, {"flatten", make<Flatten>},
                               {"reshape", make<Reshape>}, {"dropout", make<Dropout>}, {"softmax", make<Softmax>},
                               {"relu", make<Relu>}, {"leaky_relu", make<LeakyRelu>}, {"elu", make<Elu>}, {"sigmoid", make<Sigmoid>},
                               {"tanh", make<Tanh>}, {"gelu", make<Gelu>}, {"silu", make<Silu>}, {"softplus", make<Softplus>},
                               {"add", make<Add>}, {"multiply", make<Multiply>}, {"concat", make<Concat>},
                               {"batch_norm", make<BatchNorm>}, {"layer_norm", make<LayerNorm>}, {"group_norm", make<GroupNorm>},
                               {"instance_norm", make<InstanceNorm>}, {"depthwise_conv2d", make<DepthwiseConv2d>},
                               {"separable_conv2d", make<SeparableConv2d>}, {"conv2d_transpose", make<Conv2dTranspose>},
                               {"upsample2d", make<Upsample2d>}, {"embedding", make<Embedding>}, {"simple_rnn", make<SimpleRnn>},
                               {"lstm", make<Lstm>}, {"gru", make<Gru>}, {"multi_head_attention", make<MultiHeadAttention>}};
static_assert(std::size(types) == std::variant_size_v<Layer>);

}  // namespace

Json to_json(const Init& init) {
    for (const InitName& entry : init_names)
        if (entry.init == init) return entry.name;
    return init.value;  // a constant
}
std::optional<Init> init_of(const Json& json) {
    for (const InitName& entry : init_names)
        if (json == entry.name) return entry.init;
    if (json.is_number() && std::isfinite(json.get<float>())) return Init::constant(json.get<float>());
    return std::nullopt;
}

Json layer_json(Layer layer) {
    Json json;
    json["type"] = types[layer.index()].name;
    Write write{json};
    std::visit([&](auto& kind) { members(write, kind); }, layer);
    return json;
}

Layer read_layer(Reader& reader) {
    const Json* type = reader.find("type");
    if (!type || !type->is_string()) reader.fail("needs a \"type\"");
    std::string names;
    for (const TypeEntry& entry : types) {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
        if (*type != entry.name) continue;
        Layer layer = entry.make();
        std::visit([&](auto& kind) { members(reader, kind); }, layer);
        if (const auto* dropout = std::get_if<Dropout>(&layer); dropout && !(dropout->rate >= 0 && dropout->rate < 1))
            reader.fail("\"rate\" must lie in [0, 1)");
        return layer;
    }
    reader.fail("has the unknown type " + type->dump() + "; there are: " + names);
}

}  // namespace hekla::io
