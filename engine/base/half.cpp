#include "base/half.h"

#include <bit>
#include <cmath>

namespace hekla {

std::uint16_t to_half(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
    const float magnitude = std::fabs(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 65520.0f) return static_cast<std::uint16_t>(sign | 0x7c00u);  // halfway to what would come next
    // Below the normal ones the steps are of 2^-24. The host rounds to nearest even.
    if (magnitude < 0x1p-14f) return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(magnitude * 0x1p24f)));
    const std::uint32_t rest = bits & 0x7fffffffu;
    const std::uint32_t rounded = rest + 0xfffu + (rest >> 13 & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded >> 13) - (112u << 10)));
}

float from_half(std::uint16_t half) {
    const std::uint32_t bits = half;
    const std::uint32_t sign = (bits & 0x8000) << 16, mantissa = bits & 0x3ff;
    const std::uint32_t exponent = bits >> 10 & 0x1f;
    if (exponent == 0) {  // zero or subnormal
        const float value = std::ldexp(static_cast<float>(mantissa), -24);
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 127 - 15;
    return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

}  // namespace hekla
