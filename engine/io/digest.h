#pragma once
// SHA-256 by a library: digest_nettle.cpp, or digest_windows.cpp by the system's own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hekla::io {

std::array<std::uint8_t, 32> digest_sha256(std::span<const std::byte> bytes);

}  // namespace hekla::io
