#pragma once
// Implementations of one problem, timed in turn on memory of its real size.

#include <span>
#include <vector>

#include "kernels/problem.h"

namespace hekla::kernels {

/// Milliseconds of each; infinite for one that was not timed to the end: far slower than the best, refused by the driver,
/// or the time was out. The first always has its rounds if a single run of it takes less than `seconds`; if not, nothing
/// has. `seconds` is no hard limit: what was begun is ended. Throws Error (out_of_memory) if the operands do not fit.
///
/// An eighth of the groups runs first, twice: the first time compiles and warms up, the second tells how long a whole run
/// would take, so that no long dispatch is begun in vain.
std::vector<double> race(vulkan::Device& device, const Problem& problem, std::span<const Implementation> implementations, double seconds);

/// The index of the winner: the first whose time no other beats by more than 3 %, so that the order decides among equals.
std::size_t winner(std::span<const double> milliseconds);

}  // namespace hekla::kernels
