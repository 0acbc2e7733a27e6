#pragma once
// All of a Checkpoint but its tensors, as JSON.

#include <string>

#include <hekla/checkpoint.h>

namespace hekla::io {

std::string checkpoint_json(const Checkpoint& checkpoint);
/// Throws Error (invalid_file) that begins with `origin`.
Checkpoint parse_checkpoint_json(const std::string& text, const std::string& origin);

}  // namespace hekla::io
