#include "html.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace hekla::report {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// Bytes of the UTF-8 character at the start of `text`; 0 if there is none (overlong forms,
/// surrogates and values above U+10FFFF are none).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool outside = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
    return overlong || outside ? 0 : length;
}

std::string_view escaped_character(char c) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
    }
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<std::uint8_t>(text[0]);
        const std::string_view entity = escaped_character(text[0]);
        if (length == 0 || first < 0x20 || first == 0x7f) {
            result += replacement;
        } else {
            result += entity.empty() ? text.substr(0, length) : entity;
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    result.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            const std::size_t at = i + j;
            group = group << 8 | (at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0u);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            const bool padding = i + j > bytes.size();
            result += padding ? '=' : digits[group >> (18 - 6 * j) & 63];
        }
    }
    return result;
}

std::string data_uri(const io::Image& image) {
    return "data:image/png;base64," + base64(io::encode_png(image));
}

std::string number(double value, int digits) {
    if (!std::isfinite(value)) return "n/a";
    std::array<char, 400> text;
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

}  // namespace hekla::report
