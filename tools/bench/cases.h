#pragma once
// Single kernels that are measured: products, convolutions, and ops at the limit of the memory.

#include <memory>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "kernels/problem.h"

namespace hekla::bench {

struct Case {
    std::string name;  // "conv3x3/64x64x28x16/forward": channels x filters x size x batch
    std::shared_ptr<kernels::Problem> problem;
    Unit unit = Unit::gflops;
    double amount = 0;  // floating-point operations of the plain algorithm, or bytes that must be moved
};

std::vector<Case> matmul_cases();
std::vector<Case> convolution_cases();
/// Tensors of about `elements`.
std::vector<Case> op_cases(std::uint64_t elements);

/// Times each case with the implementation that the engine would take. A case that is expected to take too long, or does
/// not fit the device, is left out with the reason.
void measure_cases(vulkan::Device& device, const std::vector<Case>& cases, const Budget& budget, Collector& collector);

}  // namespace hekla::bench
