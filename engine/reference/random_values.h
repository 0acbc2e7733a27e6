#pragma once
// Random numbers as values of their own, as ops and kernels make them.

#include <cstdint>

namespace hekla::reference {

/// The normal quantile of a random word's upper 23 bits, by bisection of the error function: no series in common with the kernel.
double normal_of(std::uint32_t word);

}  // namespace hekla::reference
