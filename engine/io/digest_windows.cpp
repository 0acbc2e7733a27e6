#include <algorithm>
#include <limits>

#include <windows.h>

#include <bcrypt.h>

#include <hekla/error.h>
#include "io/digest.h"

namespace hekla::io {
namespace {

void require(NTSTATUS status) {
    if (status < 0) throw Error(ErrorCode::internal, "[io] the system's SHA-256 failed");
}

struct Algorithm {
    Algorithm() { require(BCryptOpenAlgorithmProvider(&handle, BCRYPT_SHA256_ALGORITHM, nullptr, 0)); }
    ~Algorithm() { BCryptCloseAlgorithmProvider(handle, 0); }
    Algorithm(const Algorithm&) = delete;
    Algorithm& operator=(const Algorithm&) = delete;
    BCRYPT_ALG_HANDLE handle = nullptr;
};

struct Hash {
    explicit Hash(const Algorithm& algorithm) {
        require(BCryptCreateHash(algorithm.handle, &handle, nullptr, 0, nullptr, 0, 0));
    }
    ~Hash() { BCryptDestroyHash(handle); }
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
    BCRYPT_HASH_HANDLE handle = nullptr;
};

}  // namespace

std::array<std::uint8_t, 32> digest_sha256(std::span<const std::byte> bytes) {
    const Algorithm algorithm;
    const Hash hash(algorithm);
    while (!bytes.empty()) {
        const auto count = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
        // The interface lacks a const; the bytes are only read.
        auto* first = const_cast<UCHAR*>(reinterpret_cast<const UCHAR*>(bytes.data()));
        require(BCryptHashData(hash.handle, first, static_cast<ULONG>(count), 0));
        bytes = bytes.subspan(count);
    }
    std::array<std::uint8_t, 32> digest{};
    require(BCryptFinishHash(hash.handle, digest.data(), static_cast<ULONG>(digest.size()), 0));
    return digest;
}

}  // namespace hekla::io
