#include <nettle/sha2.h>

#include "io/digest.h"

namespace hekla::io {

std::array<std::uint8_t, 32> digest_sha256(std::span<const std::byte> bytes) {
    static_assert(SHA256_DIGEST_SIZE == 32);
    sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    sha256_digest(&state, digest.size(), digest.data());
    return digest;
}

}  // namespace hekla::io
