#include <hekla/io.h>
#include "io/digest.h"

namespace hekla::io {

std::string sha256(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::uint8_t byte : digest_sha256(bytes)) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

}  // namespace hekla::io
