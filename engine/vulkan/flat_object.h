#pragma once
// A JSON object without nesting, as caps files are: the core links no JSON library.

#include <string>
#include <vector>

namespace hekla::vulkan {

struct FlatEntry {
    enum class Kind { number, boolean, text };
    std::string key;
    Kind kind = Kind::number;
    std::string value;  // a number or text as it is written; "true" or "false"
    unsigned line = 0;
};

/// The entries of {"key": 1, "other": true, ...} in their order; `source` (a file's name) stands in
/// messages. Throws Error (invalid_file) with the line for anything else, a key given twice too.
std::vector<FlatEntry> read_flat_object(const std::string& text, const std::string& source);

/// `text` in quotes, with what JSON does not allow there escaped.
std::string quoted(const std::string& text);

}  // namespace hekla::vulkan
