#include <algorithm>
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

namespace {

std::uint32_t scaled(std::uint32_t side, std::uint32_t to, std::uint32_t from) {
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>((std::uint64_t{side} * to + from / 2) / from));
}

/// The part of `image` (or the image on black) of that size, with the same centre.
Image centred(const Image& image, std::uint32_t height, std::uint32_t width) {
    Image result{height, width, image.channels, std::vector<std::uint8_t>(std::size_t(height) * width * image.channels)};
    const std::uint32_t rows = std::min(height, image.height), columns = std::min(width, image.width);
    const auto first = [](std::uint32_t side, std::uint32_t part) { return (side - part) / 2; };
    for (std::uint32_t y = 0; y < rows; ++y) {
        const std::size_t from = (std::size_t(first(image.height, rows) + y) * image.width + first(image.width, columns)) * image.channels;
        const std::size_t to = (std::size_t(first(height, rows) + y) * width + first(width, columns)) * image.channels;
        std::copy_n(image.pixels.data() + from, std::size_t(columns) * image.channels, result.pixels.data() + to);
    }
    return result;
}

}  // namespace

Image fitted(const Image& image, std::uint32_t height, std::uint32_t width, std::uint32_t channels, ImageFit fit) {
    check_image(image, "fitted");
    if (fit == ImageFit::stretch || height == 0 || width == 0) return resized(image, height, width, channels);
    const bool taller = std::uint64_t{image.height} * width >= std::uint64_t{image.width} * height;  // than what is wanted
    if (fit == ImageFit::crop) {
        // Cut first: a long thin picture is not blown up to be cut off again.
        const std::uint32_t rows = taller ? std::min(scaled(image.width, height, width), image.height) : image.height;
        const std::uint32_t columns = taller ? image.width : std::min(scaled(image.height, width, height), image.width);
        return resized(centred(image, rows, columns), height, width, channels);
    }
    const std::uint32_t rows = taller ? height : std::min(scaled(image.height, width, image.width), height);
    const std::uint32_t columns = taller ? std::min(scaled(image.width, height, image.height), width) : width;
    return centred(resized(image, rows, columns, channels), height, width);
}

}  // namespace hekla::io
