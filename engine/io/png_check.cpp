#include "io/png_check.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <zlib.h>

namespace hekla::io {

namespace {

constexpr std::array<unsigned char, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t frame_bytes = 12;  // of a chunk: length, type, CRC

std::uint32_t word(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    }
    return value;
}

}  // namespace

namespace {

bool is_png(std::span<const std::byte> bytes) {
    return bytes.size() >= signature.size() && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

}  // namespace

std::optional<PngSize> size_of_png(std::span<const std::byte> bytes) {
    constexpr std::size_t at = signature.size() + 8;  // after the length and type of IHDR
    if (!is_png(bytes) || bytes.size() < at + 8 || std::memcmp(bytes.data() + at - 4, "IHDR", 4) != 0) return std::nullopt;
    return PngSize{word(bytes, at), word(bytes, at + 4)};
}

bool is_animated_png(std::span<const std::byte> bytes) {
    if (!is_png(bytes)) return false;
    // acTL stands before the first pixels.
    for (std::size_t at = signature.size(); bytes.size() - at >= frame_bytes; at += frame_bytes + word(bytes, at)) {
        const auto* type = bytes.data() + at + 4;
        if (std::memcmp(type, "acTL", 4) == 0) return true;
        if (std::memcmp(type, "IDAT", 4) == 0 || word(bytes, at) > bytes.size() - at - frame_bytes) return false;
    }
    return false;
}

std::string damage_of_png(std::span<const std::byte> bytes) {
    if (!is_png(bytes)) return {};
    std::size_t at = signature.size();
    for (;;) {
        const std::string place = " at byte " + std::to_string(at);
        if (bytes.size() - at < frame_bytes) return "truncated PNG: a chunk is missing" + place;
        const std::uint32_t length = word(bytes, at);
        if (length > bytes.size() - at - frame_bytes) return "truncated PNG: in the chunk" + place;
        const auto* type = reinterpret_cast<const unsigned char*>(bytes.data()) + at + 4;
        if (crc32(0, type, length + 4) != word(bytes, at + 8 + length)) {
            return "damaged PNG: wrong checksum in the chunk" + place;
        }
        if (std::memcmp(type, "IEND", 4) == 0) return {};
        at += frame_bytes + length;
    }
}

}  // namespace hekla::io
