#include "io/element_types.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/half.h"

namespace hekla::io {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace {

template <typename T>
T raw(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <typename T>
float read_float(const std::byte* at) {
    return static_cast<float>(raw<T>(at));
}

// An integer that f32 cannot hold becomes NaN, which no integer is.
template <typename T>
float read_exact(const std::byte* at) {
    const T value = raw<T>(at);
    const float rounded = static_cast<float>(value);
    // long double holds every 64-bit integer
    if (static_cast<long double>(rounded) != static_cast<long double>(value)) {
        return std::numeric_limits<float>::quiet_NaN();
    }
    return rounded;
}

float read_bool(const std::byte* at) {
    const auto value = raw<std::uint8_t>(at);
    return value <= 1 ? static_cast<float>(value) : std::numeric_limits<float>::quiet_NaN();
}

float read_bf16(const std::byte* at) {
    return std::bit_cast<float>(std::uint32_t(raw<std::uint16_t>(at)) << 16);
}

float read_f16(const std::byte* at) { return from_half(raw<std::uint16_t>(at)); }

constexpr std::array<ElementType, 13> types{{
    {"BOOL", 1, read_bool, true},
    {"U8", 1, read_exact<std::uint8_t>, true},
    {"I8", 1, read_exact<std::int8_t>, true},
    {"U16", 2, read_exact<std::uint16_t>, true},
    {"I16", 2, read_exact<std::int16_t>, true},
    {"U32", 4, read_exact<std::uint32_t>, true},
    {"I32", 4, read_exact<std::int32_t>, true},
    {"U64", 8, read_exact<std::uint64_t>, true},
    {"I64", 8, read_exact<std::int64_t>, true},
    {"F16", 2, read_f16, false},
    {"BF16", 2, read_bf16, false},
    {"F32", 4, read_float<float>, false},
    {"F64", 8, read_float<double>, false},
}};

}  // namespace

std::optional<ElementType> element_type(const std::string& name) {
    for (const auto& type : types) {
        if (name == type.name) return type;
    }
    return std::nullopt;
}

std::string element_type_names() {
    std::string names;
    for (const auto& type : types) names += (names.empty() ? "" : ", ") + std::string(type.name);
    return names;
}

bool read_elements(const ElementType& type, std::span<const std::byte> bytes,
                   std::span<float> values, std::uint64_t& bad) {
    if (std::strcmp(type.name, "F32") == 0) {  // the bits as they are, signalling NaN included
        if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size_bytes());
        return true;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = type.read(bytes.data() + i * type.bytes);
        if (type.exact && std::isnan(values[i])) {
            bad = i;
            return false;
        }
    }
    return true;
}

}  // namespace hekla::io
