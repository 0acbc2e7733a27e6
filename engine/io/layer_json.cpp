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
                               {"add", make<Add>}, {"multiply", make<Multiply>}, {"concat", make<Concat>}};
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
