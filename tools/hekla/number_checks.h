#pragma once
// What numbers an option takes; anything else is wrong use of the command line. CLI11's own checks
// let NaN pass.

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace hekla::command {

template <class Condition>
CLI::Validator number_check(const std::string& what, Condition condition) {
    return CLI::Validator(
        [what, condition](std::string& text) -> std::string {
            double value = 0;
            if (CLI::detail::lexical_cast(text, value) && condition(value)) return {};
            return "'" + text + "' is not " + what;
        },
        "");
}

inline CLI::Validator positive_integer() {
    return number_check("a whole number of at least 1",
                        [](double v) { return v >= 1 && v < 0x1p63 && v == std::floor(v); });
}
/// Any 64-bit number, as seeds are; CLI11 turns larger ones into the largest.
inline CLI::Validator whole_number() {
    return number_check("a whole number from 0 to 2^64 - 1",
                        [](double v) { return v >= 0 && v < 0x1p64 && v == std::floor(v); });
}
inline CLI::Validator positive_number() {
    return number_check("a number above 0", [](double v) { return v > 0 && std::isfinite(v); });
}
inline CLI::Validator not_negative_number() {
    return number_check("a number of at least 0",
                        [](double v) { return v >= 0 && std::isfinite(v); });
}
/// From 0 up to, but not including, 1.
inline CLI::Validator share() {
    return number_check("a number from 0 to below 1", [](double v) { return v >= 0 && v < 1; });
}

}  // namespace hekla::command
