#pragma once
// Runs one implementation of a problem on test inputs and compares it with the reference: the self-test
// of a variant at its first use, and the tests' way to run every implementation.

#include <string>

#include "kernels/problem.h"

namespace hekla::kernels {

struct TrialResult {
    bool passed = false;
    std::string reason;   // why not, with operand, element, expected and found
    double error = 0;     // largest, relative to the operand's largest magnitude
};

/// Outputs are poisoned before the run; guard bytes around every operand must survive it. Waits.
TrialResult try_implementation(vulkan::Device& device, const Problem& problem, const Implementation& implementation,
                               std::uint32_t seed = 1);

}  // namespace hekla::kernels
