#pragma once
// Counts what a thread allocates with new, in the whole program.

#include <cstdint>

namespace hekla::tests {

/// Of the calling thread, since it began, outside of the Vulkan commands that support/intercept.h counts: neither a driver's own
/// threads count nor what drivers and layers allocate.
std::uint64_t allocations();

}  // namespace hekla::tests
