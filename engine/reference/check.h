#pragma once
// The check at the entry of every reference function.

#include <hekla/error.h>

#include <cstdint>
#include <string>

namespace hekla::reference {

/// Throws Error unless the span `what` of operation `operation` has as many elements as expected.
inline void check_size(const char* operation, const char* what, std::uint64_t elements,
                       std::uint64_t expected) {
    if (elements == expected) return;
    throw Error(ErrorCode::invalid_argument,
                std::string("[reference ") + operation + "] " + what + " has " +
                    std::to_string(elements) + " elements, its geometry says " +
                    std::to_string(expected));
}

}  // namespace hekla::reference
