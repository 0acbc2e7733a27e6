#pragma once
// A hash against damage, not against malice: FNV-1a, 64 bits.

#include <cstdint>
#include <string>
#include <string_view>

namespace hekla::base {

inline std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325ull;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return value;
}

/// The lowest `digits` hexadecimal digits.
inline std::string hex(std::uint64_t value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (int i = digits - 1; i >= 0; --i, value >>= 4) text[static_cast<std::size_t>(i)] = "0123456789abcdef"[value & 15];
    return text;
}

}  // namespace hekla::base
