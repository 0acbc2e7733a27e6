#pragma once
// Releases of stb_image before 2.28 write past their tables when a JPEG's Huffman tables announce
// more codes than there are symbols.

#include <cstddef>
#include <span>
#include <string>

namespace hekla::io {

/// Empty if the bytes are no JPEG, or one whose segments can be walked to the end marker and whose
/// Huffman tables are no larger than they may be; else why not.
std::string damage_of_jpeg(std::span<const std::byte> bytes);

}  // namespace hekla::io
