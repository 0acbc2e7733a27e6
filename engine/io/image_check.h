#pragma once

#include <string>

#include <hekla/error.h>
#include <hekla/io.h>

namespace hekla::io {

/// Throws Error (invalid_argument) unless the sizes of an Image made by the caller fit.
inline void check_image(const Image& image, const char* function) {
    const std::uint64_t pixels = std::uint64_t(image.height) * image.width;
    const bool channels_fit = image.channels == 1 || image.channels == 3 || image.channels == 4;
    if (pixels > 0 && pixels <= 64'000'000 && channels_fit &&
        image.pixels.size() == pixels * image.channels) {
        return;
    }
    throw Error(ErrorCode::invalid_argument,
                "[" + std::string(function) + "] image of " + std::to_string(image.height) + " x " +
                    std::to_string(image.width) + " x " + std::to_string(image.channels) +
                    " with " + std::to_string(image.pixels.size()) +
                    " bytes: 1, 3 or 4 channels, 1 to 64 million pixels and one byte per pixel "
                    "and channel are needed");
}

}  // namespace hekla::io
