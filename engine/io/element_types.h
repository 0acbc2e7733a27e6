#pragma once
// The element types of a safetensors file, turned into f32.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hekla::io {

struct ElementType {
    const char* name;
    std::uint64_t bytes;
    float (*read)(const std::byte* at);
    bool exact;  // a value that f32 cannot hold is an error, not rounded
};

/// nullopt for a name that safetensors does not know or Hekla does not read.
std::optional<ElementType> element_type(const std::string& name);
/// "BOOL, U8, ..."
std::string element_type_names();

/// Fills `values` (one per element). False, with the index in `bad`, if a value of an exact type
/// does not fit.
bool read_elements(const ElementType& type, std::span<const std::byte> bytes,
                   std::span<float> values, std::uint64_t& bad);

}  // namespace hekla::io
