#pragma once
// The optimizer's node, which the memory planner must know: gradients lie in an arena beside the parameters.

#include <vector>

#include <hekla/ops.h>

#include "graph/op_def.h"

namespace hekla {

/// Inputs: the gradients, then the step state.
struct UpdateAttributes {
    Optimizer optimizer;
    UpdateOptions options;
    std::vector<std::uint32_t> parameters;  // values, one per gradient
    bool scaled = false;                    // the gradients are of the loss times the step state's scale
    bool masked = false;                    // one of them at least has a mask
};
/// They write parameters.
extern const OpDef update_op, assign_op, running_average_op;

/// Throws Error naming the first setting that makes no sense.
void check_update(const Optimizer& optimizer, const UpdateOptions& options);
void lower_update(const Node& node, Lowering& lowering);

}  // namespace hekla
