#include <array>
#include <utility>

#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb_image_resize.h>

#include "io/image_check.h"

namespace hekla::io {

namespace {

using Rgb = std::array<std::uint32_t, 3>;

Rgb over_black(const std::uint8_t* pixel, std::uint32_t channels) {
    if (channels == 1) return {pixel[0], pixel[0], pixel[0]};
    Rgb rgb{pixel[0], pixel[1], pixel[2]};
    if (channels == 4) {
        for (auto& value : rgb) value = (value * pixel[3] + 127) / 255;
    }
    return rgb;
}

std::uint8_t grey(const Rgb& rgb) {  // Rec. 601
    return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

Image converted(const Image& image, std::uint32_t channels) {
    Image result{image.height, image.width, channels, {}};
    const std::size_t pixels = std::size_t(image.height) * image.width;
    result.pixels.reserve(pixels * channels);
    for (std::size_t i = 0; i < pixels; ++i) {
        const Rgb rgb = over_black(image.pixels.data() + i * image.channels, image.channels);
        if (channels == 1) {
            result.pixels.push_back(grey(rgb));
        } else {
            for (const auto value : rgb) result.pixels.push_back(static_cast<std::uint8_t>(value));
        }
    }
    return result;
}

// A box over the covered area when shrinking, linear interpolation when enlarging.
stbir_filter filter_for(std::uint32_t from, std::uint32_t to) {
    return to < from ? STBIR_FILTER_BOX : STBIR_FILTER_TRIANGLE;
}

}  // namespace

Image resized(const Image& image, std::uint32_t height, std::uint32_t width,
              std::uint32_t channels) {
    check_image(image, "resized");
    const std::uint64_t target_pixels = std::uint64_t(height) * width;
    if (target_pixels == 0 || target_pixels > 64'000'000 || (channels != 1 && channels != 3)) {
        throw Error(ErrorCode::invalid_argument,
                    "[resized] target " + std::to_string(height) + " x " + std::to_string(width) +
                        " x " + std::to_string(channels) +
                        ": 1 or 3 channels and 1 to 64 million pixels are possible");
    }
    Image source = converted(image, channels);
    if (image.height == height && image.width == width) return source;
    Image result{height, width, channels, {}};
    result.pixels.resize(target_pixels * channels);
    const int done = stbir_resize(
        source.pixels.data(), static_cast<int>(source.width), static_cast<int>(source.height), 0,
        result.pixels.data(), static_cast<int>(width), static_cast<int>(height), 0,
        STBIR_TYPE_UINT8, static_cast<int>(channels), STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
        STBIR_EDGE_CLAMP, filter_for(source.width, width), filter_for(source.height, height),
        STBIR_COLORSPACE_LINEAR, nullptr);
    if (!done) throw Error(ErrorCode::out_of_memory, "[resized] no memory to resize a picture");
    return result;
}

}  // namespace hekla::io
