#include "io/architecture.h"

#include <cmath>
#include <map>

#include <hekla/error.h>
#include <nlohmann/json.hpp>

namespace hekla::io {
namespace {

using Json = nlohmann::json;

constexpr const char* format_name = "hekla-network";
constexpr std::uint32_t largest_size = 1u << 24;  // of a number of filters, units or pixels

// Small types ---------------------------------------------------------------------------------------
struct InitName {
    Init init;
    const char* name;
};
constexpr InitName init_names[] = {{Init::glorot_uniform, "glorot_uniform"}, {Init::he_uniform, "he_uniform"},
                                   {Init::he_normal, "he_normal"}, {Init::fan_in_uniform, "fan_in_uniform"}, {Init::zeros, "zeros"}};

Json to_json(Size2 size) { return {size.height, size.width}; }
Json to_json(Init init) {
    for (const InitName& entry : init_names)
        if (entry.init == init) return entry.name;
    return "glorot_uniform";
}
Json to_json(const Padding& padding) {
    if (padding.kind == Padding::Kind::valid) return "valid";
    if (padding.kind == Padding::Kind::same) return "same";
    return {padding.top, padding.left, padding.bottom, padding.right};
}

/// Reads the members of one object, each once; what is left over or of a wrong kind is an error that says where.
class Reader {
  public:
    Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) fail("must be an object");
    }

    [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorCode::invalid_file, where_ + " " + what); }

    const Json* find(const char* key) {
        seen_.emplace_back(key);
        const auto member = object_.find(key);
        return member == object_.end() ? nullptr : &*member;
    }
    void number(const char* key, std::uint32_t& value, bool required = false) {
        const Json* member = find(key);
        if (!member && required) fail(std::string("needs \"") + key + "\"");
        if (member) value = count(key, *member, 1);
    }
    void number(const char* key, float& value) {
        const Json* member = find(key);
        if (!member) return;
        if (!member->is_number() || !std::isfinite(member->get<float>())) fail(std::string("\"") + key + "\" must be a number");
        value = member->get<float>();
    }
    void flag(const char* key, bool& value) {
        const Json* member = find(key);
        if (!member) return;
        if (!member->is_boolean()) fail(std::string("\"") + key + "\" must be true or false");
        value = member->get<bool>();
    }
    void size(const char* key, Size2& value) {
        if (const Json* member = find(key)) value = size_of(key, *member);
    }
    void size(const char* key, std::optional<Size2>& value) {
        if (const Json* member = find(key)) value = size_of(key, *member);
    }
    void padding(const char* key, Padding& value) {
        const Json* member = find(key);
        if (!member) return;
        if (*member == "valid") value = Padding::valid();
        else if (*member == "same") value = Padding::same();
        else if (member->is_array() && member->size() == 4)
            value = Padding::pixels(count(key, (*member)[0], 0), count(key, (*member)[1], 0), count(key, (*member)[2], 0), count(key, (*member)[3], 0));
        else fail(std::string("\"") + key + "\" must be \"valid\", \"same\" or four numbers (top, left, bottom, right)");
    }
    void init(const char* key, Init& value) {
        const Json* member = find(key);
        if (!member) return;
        for (const InitName& entry : init_names)
            if (*member == entry.name) {
                value = entry.init;
                return;
            }
        fail(std::string("\"") + key + "\" names no initialisation");
    }
    std::vector<std::uint64_t> dims(const char* key) {
        const Json* member = find(key);
        if (!member || !member->is_array() || member->empty() || member->size() > 6) fail(std::string("\"") + key + "\" must be a list of 1 to 6 sizes");
        std::vector<std::uint64_t> result;
        for (const Json& dim : *member) result.push_back(count(key, dim, 1));
        return result;
    }
    void nothing_else() const {
        for (const auto& [key, value] : object_.items()) {
            bool known = false;
            for (const std::string& seen : seen_) known = known || seen == key;
            if (!known) fail("has an unknown member \"" + key + "\"");
        }
    }

  private:
    std::uint32_t count(const char* key, const Json& value, std::uint32_t least) const {
        if (!value.is_number_integer() || value.get<double>() < least || value.get<double>() > largest_size)
            fail(std::string("\"") + key + "\" must be a whole number from " + std::to_string(least) + " to " + std::to_string(largest_size));
        return value.get<std::uint32_t>();
    }
    Size2 size_of(const char* key, const Json& value) const {
        if (value.is_array() && value.size() == 2) return Size2(count(key, value[0], 1), count(key, value[1], 1));
        return Size2(count(key, value, 1));
    }

    const Json& object_;
    std::string where_;
    std::vector<std::string> seen_ = {"type"};
};

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
    void init(const char* key, Init value) { json[key] = to_json(value); }
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
                               {"tanh", make<Tanh>}, {"gelu", make<Gelu>}, {"silu", make<Silu>}, {"softplus", make<Softplus>}};
static_assert(std::size(types) == std::variant_size_v<Layer>);

Json layer_json(Layer layer) {
    Json json;
    json["type"] = types[layer.index()].name;
    Write write{json};
    std::visit([&](auto& kind) { members(write, kind); }, layer);
    return json;
}

Layer read_layer(const Json& json, const std::string& where) {
    Reader reader(json, where);
    const Json* type = reader.find("type");
    if (!type || !type->is_string()) reader.fail("needs a \"type\"");
    std::string names;
    for (const TypeEntry& entry : types) {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
        if (*type != entry.name) continue;
        Layer layer = entry.make();
        std::visit([&](auto& kind) { members(reader, kind); }, layer);
        reader.nothing_else();
        if (const auto* dropout = std::get_if<Dropout>(&layer); dropout && !(dropout->rate >= 0 && dropout->rate < 1))
            reader.fail("\"rate\" must lie in [0, 1)");
        return layer;
    }
    reader.fail("has the unknown type " + type->dump() + "; there are: " + names);
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

}  // namespace

std::string write_architecture(const Sequential& network) {
    Json json = {{"format", format_name}, {"version", 1}, {"layers", Json::array()}};
    for (const Layer& layer : network.layers()) json["layers"].push_back(layer_json(layer));
    if (network.built()) {
        const InputInfo& input = network.input();
        json["input"] = {{"shape", input.image_shape.dims()}, {"scale", input.scale}, {"shift", input.shift}};
        json["classes"] = input.classes;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Architecture read_architecture(const std::string& text, const std::string& origin) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) throw Error(ErrorCode::invalid_file, origin + ": the architecture is not valid JSON");
    Reader reader(json, origin + ": the architecture");
    if (const Json* format = reader.find("format"); format && *format != format_name) reader.fail("has the format " + format->dump() + ", not \"" + format_name + "\"");
    if (const Json* version = reader.find("version"); version && *version != 1) reader.fail("is of version " + version->dump() + "; this program reads version 1");
    const Json* list = reader.find("layers");
    if (!list || !list->is_array() || list->empty() || list->size() > 10000) reader.fail("needs \"layers\", a list of 1 to 10,000 layers");
    std::vector<Layer> layers;
    for (const Json& layer : *list) layers.push_back(read_layer(layer, origin + ": layer " + std::to_string(layers.size() + 1)));
    Architecture architecture{Sequential(std::move(layers)), {}};
    InputInfo info;
    info.classes = read_classes(reader);
    if (const Json* input = reader.find("input")) {
        Reader members(*input, origin + ": the architecture's input");
        info.image_shape = Shape(members.dims("shape"));
        members.number("scale", info.scale);
        members.number("shift", info.shift);
        members.nothing_else();
        architecture.input = std::move(info);
    }
    reader.nothing_else();
    return architecture;
}

}  // namespace hekla::io
