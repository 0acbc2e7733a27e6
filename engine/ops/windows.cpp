#include "ops/windows.h"

#include <algorithm>

#include <hekla/error.h>

namespace hekla {

WindowAxis window_axis(const char* op, const char* axis, std::uint32_t size, std::uint32_t kernel, std::uint32_t stride,
                       std::uint32_t dilation, Padding::Kind padding, std::uint32_t before, std::uint32_t after,
                       bool ceil_mode) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] " + what);
    };
    if (kernel == 0 || stride == 0 || dilation == 0)
        fail("kernel, stride and dilation must be at least 1 (" + std::string(axis) + ": kernel " + std::to_string(kernel) +
             ", stride " + std::to_string(stride) + ", dilation " + std::to_string(dilation) + ")");
    const std::uint64_t reach = std::uint64_t{kernel - 1} * dilation + 1;
    WindowAxis result;
    if (padding == Padding::Kind::same) {
        result.out = (size + stride - 1) / stride;
        const std::uint64_t covered = std::uint64_t{result.out - 1} * stride + reach;
        const std::uint64_t total = covered > size ? covered - size : 0;
        result.pad_before = static_cast<std::uint32_t>(total / 2);
        result.pad_after = static_cast<std::uint32_t>(total - total / 2);
        return result;
    }
    if (padding == Padding::Kind::explicit_pixels) {
        result.pad_before = before;
        result.pad_after = after;
    }
    const std::uint64_t padded = std::uint64_t{size} + result.pad_before + result.pad_after;
    if (padded < reach)
        fail("a window of " + std::to_string(reach) + " does not fit the " + axis + " of " + std::to_string(size) +
             " (padding " + std::to_string(result.pad_before) + " and " + std::to_string(result.pad_after) + ")");
    result.out = static_cast<std::uint32_t>((padded - reach) / stride + 1);
    if (ceil_mode && (padded - reach) % stride != 0) {
        // A window may hang over the end, but must start inside the image or its leading padding.
        if (std::uint64_t{result.out} * stride < std::uint64_t{size} + result.pad_before) ++result.out;
    }
    return result;
}

}  // namespace hekla
