#pragma once
// What the tuner found, as text. No device, no file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hekla::kernels {

struct TunedChoice {
    std::string implementation;
    bool full = false;             // of all candidates, not of the likeliest
    std::uint64_t nanoseconds = 0;        // it took
    std::uint64_t first_nanoseconds = 0;  // what the heuristics would have taken
    bool operator==(const TunedChoice&) const = default;
};
/// By problem.
using TunedChoices = std::map<std::string, TunedChoice>;

/// What a text of choices is about; one of anything else counts for nothing.
struct TunedHeading {
    std::string engine;  // "0.1.0"
    std::string device;  // name, driver, limits: DeviceIdentity::text
};

/// No larger file is read or written.
inline constexpr std::uint64_t max_tuned_bytes = 1 << 20;

/// Lines: what and which form it is, engine, device, a choice each, and an end with their number and hash. At most
/// max_tuned_bytes: of too many choices those in `newest` stay.
std::string tuned_text(const TunedHeading& heading, const TunedChoices& choices, const TunedChoices& newest = {});

struct ParsedTuned {
    TunedChoices choices;
    std::string ignored;  // why the text counts for nothing ("is damaged at line 7"), or empty
};
ParsedTuned parse_tuned(std::string_view text, const TunedHeading& heading);

}  // namespace hekla::kernels
