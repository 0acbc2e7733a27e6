#pragma once
// How much memory this process may still take.

#include <cstdint>

namespace hekla {

/// Bytes that the system could give without swapping, or the limit of the control group (of a container)
/// if that is less. The largest number where the system does not tell. Thread-safe.
std::uint64_t available_host_bytes();

}  // namespace hekla
