#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace {
// What stb_image's assertions throw: a hostile picture must not end the process.
struct StbFault {};
}  // namespace

// Static, and only these formats: an application may link its own stb beside Hekla.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 16)
#define STBI_ASSERT(condition) ((condition) ? void() : throw StbFault{})
// Zeroed: a JPEG that uses a table it never defined then finds an empty one, not chance memory.
#define STBI_MALLOC(bytes) std::calloc(1, bytes)
#define STBI_REALLOC(block, bytes) std::realloc(block, bytes)
#define STBI_FREE(block) std::free(block)
#include <stb_image.h>

#include <hekla/error.h>
#include <hekla/io.h>
#include "io/files.h"
#include "io/jpeg_check.h"
#include "io/png_check.h"

namespace hekla::io {

namespace {

constexpr std::uint64_t max_pixels = 64'000'000;
constexpr std::uint64_t max_file_bytes = std::uint64_t(256) << 20;
constexpr int stb_buffer_bytes = sizeof(stbi__context::buffer_start);

// Feeds stb_image and notes when it asks for bytes after the end: of a truncated JPEG, BMP or TGA
// it would make up the rest without a word.
struct Feed {
    std::span<const std::byte> bytes;
    std::size_t position = 0;
    bool overrun = false;

    static int read(void* user, char* out, int count) {
        auto& feed = *static_cast<Feed*>(user);
        const std::size_t left = feed.bytes.size() - feed.position;
        const std::size_t take = std::min(left, static_cast<std::size_t>(count));
        if (take > 0) std::memcpy(out, feed.bytes.data() + feed.position, take);
        feed.position += take;
        // a partly filled look-ahead buffer is no harm yet
        const bool look_ahead = count == stb_buffer_bytes && take > 0;
        if (take < static_cast<std::size_t>(count) && !look_ahead) feed.overrun = true;
        return static_cast<int>(take);
    }
    static void skip(void* user, int count) {
        auto& feed = *static_cast<Feed*>(user);
        const std::int64_t target = static_cast<std::int64_t>(feed.position) + count;
        const auto end = static_cast<std::int64_t>(feed.bytes.size());
        if (target > end) feed.overrun = true;
        feed.position = static_cast<std::size_t>(std::clamp<std::int64_t>(target, 0, end));
    }
    static int at_end(void* user) {
        const auto& feed = *static_cast<Feed*>(user);
        return feed.position == feed.bytes.size();
    }
};

constexpr stbi_io_callbacks feed_callbacks{Feed::read, Feed::skip, Feed::at_end};

[[noreturn]] void fail(const std::string& origin, const std::string& reason) {
    throw Error(ErrorCode::invalid_file, "[image] " + origin + ": " + reason);
}

/// What people take for a picture and stb_image doesn't.
std::string other_format(std::span<const std::byte> bytes) {
    const auto has = [&](std::size_t at, std::string_view text) {
        return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
    };
    if (has(0, "GIF8")) return "a GIF";
    if (has(0, "RIFF") && has(8, "WEBP")) return "a WebP picture";
    if (has(0, "II*") || has(0, "MM")) return "a TIFF picture";
    if (has(4, "ftyp")) return "a HEIC or AVIF picture";
    if (has(0, "<svg") || has(0, "<?xml")) return "an SVG drawing";
    return "no PNG, JPEG, BMP or TGA picture";
}

std::string stb_reason(const Feed& feed) {
    const char* reason = stbi_failure_reason();
    const std::string text = reason ? reason : "unknown reason";
    if (text == "unknown image type") return "is " + other_format(feed.bytes) + ": PNG, JPEG, BMP and TGA are read";
    return std::string(feed.overrun ? "truncated or damaged picture (" : "damaged picture (") +
           text + ")";
}

struct Header {
    int width = 0, height = 0, channels = 0;
};

void check_size(std::uint64_t width, std::uint64_t height, const std::string& origin) {
    const std::string size = std::to_string(width) + " x " + std::to_string(height);
    if (width == 0 || height == 0) fail(origin, "the picture is " + size + " pixels");
    if (width * height > max_pixels || std::max(width, height) > STBI_MAX_DIMENSIONS) {
        fail(origin, "the picture is " + size + " pixels, too large: at most " +
                         std::to_string(max_pixels) + " are read, no side above " +
                         std::to_string(STBI_MAX_DIMENSIONS));
    }
}

Header read_header(std::span<const std::byte> bytes, const std::string& origin) {
    Header header;
    Feed feed{bytes};
    if (!stbi_info_from_callbacks(&feed_callbacks, &feed, &header.width, &header.height,
                                  &header.channels)) {
        fail(origin, stb_reason(feed));
    }
    if (header.width < 0 || header.height < 0) fail(origin, "damaged picture (size)");
    check_size(static_cast<std::uint64_t>(header.width), static_cast<std::uint64_t>(header.height), origin);
    return header;
}

// Rows of an uncompressed TGA are read in a way that the feed cannot tell from looking ahead.
bool is_short_tga(std::span<const std::byte> bytes) {
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint64_t>(bytes[i]); };
    if (bytes.size() < 18) return true;
    if (at(2) < 1 || at(2) > 3) return false;
    const std::uint64_t palette = at(1) ? (at(5) | at(6) << 8) * ((at(7) + 7) / 8) : 0;
    const std::uint64_t pixels = (at(12) | at(13) << 8) * (at(14) | at(15) << 8);
    return bytes.size() < 18 + at(0) + palette + pixels * ((at(16) + 7) / 8);
}

bool is_tga(std::span<const std::byte> bytes) {
    const auto starts_with = [&](std::string_view text) {
        return bytes.size() >= text.size() &&
               std::memcmp(bytes.data(), text.data(), text.size()) == 0;
    };
    return !starts_with("\x89PNG") && !starts_with("\xff\xd8") && !starts_with("BM");
}

// Everything stb_image is not trusted with, before it decodes.
Header checked_header(std::span<const std::byte> bytes, const std::string& origin) {
    if (bytes.empty()) fail(origin, "is empty (0 bytes)");
    if (bytes.size() > max_file_bytes) {
        fail(origin, "has " + std::to_string(bytes.size()) + " bytes, at most " +
                         std::to_string(max_file_bytes) + " are read");
    }
    // a JPEG's tables may stand before its size, so they are looked at first
    if (const auto damage = damage_of_jpeg(bytes); !damage.empty()) fail(origin, damage);
    // of a PNG that is too large for it stb_image says that it is none
    if (const auto size = size_of_png(bytes)) check_size(size->width, size->height, origin);
    const Header header = read_header(bytes, origin);
    if (const auto damage = damage_of_png(bytes); !damage.empty()) fail(origin, damage);
    if (is_tga(bytes) && is_short_tga(bytes)) fail(origin, "truncated TGA picture");
    return header;
}

Image decoded(std::span<const std::byte> bytes, const Header& header, const std::string& origin) {
    const int channels = header.channels == 2 ? 4 : header.channels;  // grey + alpha as RGBA
    Feed feed{bytes};
    int width = 0, height = 0, stored_channels = 0;
    const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
        stbi_load_from_callbacks(&feed_callbacks, &feed, &width, &height, &stored_channels,
                                 channels),
        stbi_image_free);
    if (!pixels) fail(origin, stb_reason(feed));
    if (feed.overrun) fail(origin, "truncated picture: it ends before its last pixel");
    if (width != header.width || height != header.height) fail(origin, "damaged picture (size)");
    Image image{static_cast<std::uint32_t>(height),
                static_cast<std::uint32_t>(width),
                static_cast<std::uint32_t>(channels),
                {}};
    image.pixels.assign(pixels.get(),
                        pixels.get() + std::size_t(image.height) * image.width * image.channels);
    return image;
}

}  // namespace

Image parse_image(std::span<const std::byte> bytes, const std::string& origin) {
    try {
        return decoded(bytes, checked_header(bytes, origin), origin);
    } catch (const StbFault&) {
        fail(origin, "damaged picture");
    }
}

ImageInfo parse_image_info(std::span<const std::byte> bytes, const std::string& origin) {
    try {
        const Header header = checked_header(bytes, origin);
        Feed feed{bytes};
        const bool deep = stbi_is_16_bit_from_callbacks(&feed_callbacks, &feed) != 0;
        return {static_cast<std::uint32_t>(header.height), static_cast<std::uint32_t>(header.width),
                static_cast<std::uint32_t>(header.channels == 2 ? 4 : header.channels), deep, is_animated_png(bytes)};
    } catch (const StbFault&) {
        fail(origin, "damaged picture");
    }
}

Image read_image(const std::string& path) {
    const std::string contents = read_file_up_to(path, max_file_bytes);
    return parse_image(std::as_bytes(std::span(contents)), path);
}

}  // namespace hekla::io
