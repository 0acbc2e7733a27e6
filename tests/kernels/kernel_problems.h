#pragma once
// Problems of every class, in the sizes that their kernels tell apart.

#include <memory>
#include <vector>

#include "kernels/problem.h"

namespace hekla::tests {

std::vector<std::shared_ptr<kernels::Problem>> kernel_problems();

}  // namespace hekla::tests
