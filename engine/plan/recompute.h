#pragma once
// Memory for time: cheap values of the forward pass that the backward pass reads are computed again right before it does,
// rather than kept all the while (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", whose segments are
// single cheap ops here). Pure; knows no device.

#include <functional>

#include "plan/program.h"

namespace hekla::plan {

/// The largest sum of bytes of values alive at one node. `temporary` tells which roots count: those that the memory plan
/// places.
std::uint64_t live_bytes(const Program& program, const Graph& graph, const std::function<bool(std::uint32_t)>& temporary);

/// Puts copies of cheap nodes (OpDef::cheap) before the first reader of the backward pass, where that lowers live_bytes. A
/// value that is made twice lies in new memory the second time, and whoever reads it later reads that. The same bits come
/// out, for the same kernels run on the same operands.
void recompute(Program& program, const Graph& graph, const std::function<bool(std::uint32_t)>& temporary);

}  // namespace hekla::plan
