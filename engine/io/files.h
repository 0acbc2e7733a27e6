#pragma once
// What the readers of this folder share; the public half is in <hekla/io.h>.

#include <cstdint>
#include <string>

namespace hekla::io {

/// The whole file. Throws Error: not_found, or invalid_file with the reason; a file of more than
/// `max_bytes` is refused before it fills the memory.
std::string read_file_up_to(const std::string& path, std::uint64_t max_bytes);

}  // namespace hekla::io
