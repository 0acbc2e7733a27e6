#pragma once
// Counts what a thread allocates with new, in the whole program.

#include <cstdint>

namespace hekla::tests {

/// Of the calling thread, since it began: a driver's own threads do not count.
std::uint64_t allocations();

}  // namespace hekla::tests
