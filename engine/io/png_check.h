#pragma once
// stb_image checks neither the checksums of a PNG nor its end.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hekla::io {

/// Empty if the bytes are no PNG, or one whose chunks are whole up to the last (IEND); else why
/// not.
std::string damage_of_png(std::span<const std::byte> bytes);

struct PngSize {
    std::uint32_t width, height;
};
/// Nothing if the bytes are no PNG, or end before they say it.
std::optional<PngSize> size_of_png(std::span<const std::byte> bytes);

/// Whether the bytes are a PNG of several pictures (APNG). They must be whole.
bool is_animated_png(std::span<const std::byte> bytes);

}  // namespace hekla::io
