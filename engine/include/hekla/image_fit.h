#pragma once
// How pictures of any size become images of one size.

#include <cstdint>

namespace hekla {

enum class ImageFit : std::uint8_t {
    stretch,  // both sides are scaled on their own
    crop,     // scaled until it covers the image; what sticks out on two sides is cut off evenly
    pad       // scaled until it lies within the image; the rest is black
};

}  // namespace hekla
