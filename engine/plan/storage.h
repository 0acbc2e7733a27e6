#pragma once
// Which values lie in memory as numbers of 16 bits: those that whoever makes them can write so and whoever reads them can
// read so, without copies.

#include <set>
#include <vector>

#include "kernels/stored_half.h"
#include "ops/lowering.h"
#include "plan/program.h"

namespace hekla::plan {

/// The operands of a call whose root is in `half`.
kernels::OperandMask half_operands(const Program& program, const LoweredCall& call, const std::set<std::uint32_t>& half);

/// The largest part of `wanted` (roots) that all calls can do; what is in `given` lies in 16 bits in any case, and a call that
/// can't read it so works on a copy (StoredHalf).
std::set<std::uint32_t> stored_half(const vulkan::Device& device, const Program& program, const std::vector<const LoweredCall*>& calls,
                                    std::set<std::uint32_t> wanted, const std::set<std::uint32_t>& given);

/// The call's problem with its operands as they are stored.
std::shared_ptr<const kernels::Problem> as_stored(const vulkan::Device& device, const LoweredCall& call, kernels::OperandMask half,
                                                  kernels::OperandMask given);

}  // namespace hekla::plan
