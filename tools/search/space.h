#pragma once
// The settings that a search may choose from, read from a small JSON file, and how a trial's are drawn.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hekla::search {

using Json = nlohmann::ordered_json;

/// What a setting may be: one of several values, or a number of a range.
struct Range {
    enum class Kind : std::uint8_t { choices, integers, uniform, log_uniform } kind = Kind::choices;
    std::vector<Json> choices;  // at least one
    double low = 0, high = 0;   // integers: both included
};

struct Setting {
    std::string name;
    Range range;
};

/// In the order of setting_names().
struct Space {
    std::vector<Setting> settings;
};

/// "network", "blocks", ..
std::vector<std::string> setting_names();
/// What a setting is where the file does not name it.
Json default_of(const std::string& name);

/// An object: "NAME": VALUE, or [VALUE, ..], or {"integers": [LOW, HIGH]}, {"uniform": ..} or {"log_uniform": ..}. Throws Error
/// (invalid_file) naming `origin`, the key and what is allowed.
Space parse_space(const std::string& text, const std::string& origin);

/// All settings of one trial: a hash of (seed, trial, name) decides each, so that another trial count or another setting in
/// the file changes none of them.
Json sample(const Space& space, std::uint64_t seed, std::uint32_t trial);

}  // namespace hekla::search
