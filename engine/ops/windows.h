#pragma once
// Output sizes and paddings of windowed ops.

#include <cstdint>
#include <string>

#include <hekla/ops.h>

namespace hekla {

/// One axis of a windowed op.
struct WindowAxis {
    std::uint32_t out = 1, pad_before = 0, pad_after = 0;
};

/// Output size and padding along one axis. `op` and `axis` ("height") are for the error, which is thrown
/// if no window fits.
WindowAxis window_axis(const char* op, const char* axis, std::uint32_t size, std::uint32_t kernel, std::uint32_t stride,
                       std::uint32_t dilation, Padding::Kind padding, std::uint32_t before, std::uint32_t after,
                       bool ceil_mode);

}  // namespace hekla
