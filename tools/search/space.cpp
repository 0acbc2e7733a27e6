#include "search/space.h"

#include <hekla/error.h>
#include <hekla/nn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "io/json_reader.h"
#include "reference/reference.h"
#include "search/candidate.h"

namespace hekla::search {
namespace {

/// A setting that the search knows.
struct Known {
    const char* name;
    Json standard;
    std::string allowed;
    std::function<bool(const Json&)> accepts;
};

bool is_number_in(const Json& value, double low, double high) {
    return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= low && value.get<double>() <= high;
}

Known whole(const char* name, std::uint32_t standard, double low, double high) {
    return {name, standard, "a whole number from " + std::to_string(static_cast<std::int64_t>(low)) + " to " + std::to_string(static_cast<std::int64_t>(high)),
            [=](const Json& value) { return is_number_in(value, low, high) && value.get<double>() == std::floor(value.get<double>()); }};
}
Known real(const char* name, double standard, double low, double high, const std::string& allowed) {
    return {name, standard, allowed, [=](const Json& value) { return is_number_in(value, low, high); }};
}
Known one_of(const char* name, const std::string& standard, const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
    return {name, standard, "one of " + list, [names](const Json& value) {
                return value.is_string() && std::find(names.begin(), names.end(), value.get<std::string>()) != names.end();
            }};
}

const std::vector<Known>& known_settings() {
    static const std::vector<Known> all = {
        one_of("network", "convolutional", network_names()),
        whole("blocks", 2, 0, 16),
        whole("filters", 16, 1, 4096),
        whole("widening", 2, 1, 4),
        whole("kernel", 3, 1, 31),
        whole("dense", 128, 0, 65536),
        one_of("activation", "relu", activation_names()),
        {"init", "glorot_uniform", "the name of an initialisation: glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, "
                                   "fan_in_uniform, orthogonal",
         [](const Json& value) { return value.is_string() && io::init_of(io::Json(value)).has_value(); }},
        {"batch_norm", false, "true or false", [](const Json& value) { return value.is_boolean(); }},
        real("dropout", 0, 0, 0.95, "a number from 0 to 0.95"),
        one_of("optimizer", "adam", {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"}),
        real("learning_rate", 1e-3, 1e-12, 1e6, "a number from 1e-12 to 1e6"),
        real("weight_decay", 0, 0, 1e6, "a number from 0 to 1e6"),
        real("label_smoothing", 0, 0, 0.95, "a number from 0 to 0.95"),
        whole("batch", 32, 1, 1 << 20),
        whole("seed", 0, 0, 4294967295.0)};
    return all;
}

class Parser {
  public:
    explicit Parser(const std::string& origin) : origin_(origin) {}

    Space space(const std::string& text) const {
        const Json file = Json::parse(text, nullptr, false);
        if (file.is_discarded()) fail("it is no JSON");
        if (!file.is_object()) fail("it must be an object with a member per setting");
        Space space;
        for (const Known& known : known_settings())
            if (const auto member = file.find(known.name); member != file.end()) space.settings.push_back({known.name, range(known, *member)});
        for (const auto& [key, value] : file.items()) require_known(key);
        return space;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorCode::invalid_file, "[search] '" + origin_ + "': " + what); }
    [[noreturn]] void fail(const Known& known, const Json& value) const {
        fail(std::string("\"") + known.name + "\" can't be " + value.dump(-1, ' ', true, Json::error_handler_t::replace) + ": it is " + known.allowed);
    }

    void require_known(const std::string& key) const {
        const std::vector<std::string> names = setting_names();
        if (std::find(names.begin(), names.end(), key) != names.end()) return;
        std::string list;
        for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
        fail("there is no setting \"" + key + "\"; there are: " + list);
    }

    Range range(const Known& known, const Json& value) const {
        if (value.is_object()) return range_of_numbers(known, value);
        const std::vector<Json> choices = value.is_array() ? value.get<std::vector<Json>>() : std::vector{value};
        if (choices.empty()) fail(std::string("\"") + known.name + "\" has an empty list of choices");
        for (const Json& choice : choices)
            if (!known.accepts(choice)) fail(known, choice);
        return {Range::Kind::choices, choices, 0, 0};
    }

    Range range_of_numbers(const Known& known, const Json& value) const {
        const std::string form = std::string("\"") + known.name + R"(" must be a value, a list of values, or one of {"integers": [LOW, HIGH]}, )" +
                                 R"({"uniform": [LOW, HIGH]} and {"log_uniform": [LOW, HIGH]}, LOW at most HIGH)";
        if (value.size() != 1 || !value.begin()->is_array() || value.begin()->size() != 2) fail(form);
        const std::string kind = value.begin().key();
        const Json &low = (*value.begin())[0], &high = (*value.begin())[1];
        for (const Json& end : {low, high})
            if (!end.is_number() || !known.accepts(end)) fail(known, end);
        Range range{Range::Kind::integers, {}, low.get<double>(), high.get<double>()};
        if (range.low > range.high) fail(form);
        if (kind == "integers") {
            if (range.low != std::floor(range.low) || range.high != std::floor(range.high)) fail(std::string("\"") + known.name + "\" has integers between numbers that are none");
        } else if (known.standard.is_number_integer()) {
            fail(std::string("\"") + known.name + R"(" takes {"integers": [LOW, HIGH]} or a list)");
        } else if (kind == "uniform") {
            range.kind = Range::Kind::uniform;
        } else if (kind == "log_uniform") {
            if (range.low <= 0) fail(std::string("\"") + known.name + "\" can't be log_uniform from " + low.dump() + ": LOW must be above 0");
            range.kind = Range::Kind::log_uniform;
        } else {
            fail(form);
        }
        return range;
    }

    std::string origin_;
};

/// Fowler, Noll and Vo's hash (FNV-1a).
std::uint32_t stream_of(const std::string& name) {
    std::uint32_t hash = 2166136261u;
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

/// In [0, 1), with 48 bits.
double unit_of(std::uint64_t seed, std::uint32_t trial, const std::string& name) {
    const std::uint32_t stream = stream_of(name), mixed = reference::random_word(static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), 0, 0);
    return reference::random_unit(mixed, trial, stream, 0) + reference::random_unit(mixed, trial, stream, 1) / 16777216.0;
}

/// Five digits are enough of a rate, and can be typed.
double rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4e", value);
    return std::strtod(text, nullptr);
}

Json drawn(const Range& range, double unit) {
    switch (range.kind) {
        case Range::Kind::choices: return range.choices[static_cast<std::size_t>(unit * static_cast<double>(range.choices.size()))];
        case Range::Kind::integers: return static_cast<std::int64_t>(range.low + std::floor(unit * (range.high - range.low + 1)));
        case Range::Kind::uniform: return std::clamp(rounded(range.low + unit * (range.high - range.low)), range.low, range.high);
        case Range::Kind::log_uniform: break;
    }
    return std::clamp(rounded(range.low * std::pow(range.high / range.low, unit)), range.low, range.high);
}

}  // namespace

std::vector<std::string> setting_names() {
    std::vector<std::string> names;
    for (const Known& known : known_settings()) names.emplace_back(known.name);
    return names;
}

Json default_of(const std::string& name) {
    for (const Known& known : known_settings())
        if (name == known.name) return known.standard;
    throw Error(ErrorCode::invalid_argument, "[search] there is no setting '" + name + "'");
}

Space parse_space(const std::string& text, const std::string& origin) { return Parser(origin).space(text); }

Json sample(const Space& space, std::uint64_t seed, std::uint32_t trial) {
    Json values = Json::object();
    for (const Known& known : known_settings()) values[known.name] = known.standard;
    for (const Setting& setting : space.settings) values[setting.name] = drawn(setting.range, unit_of(seed, trial, setting.name));
    return values;
}

}  // namespace hekla::search
