#pragma once
// The optimizer's node, which the memory planner must know: gradients lie in an arena beside the parameters.

#include <variant>
#include <vector>

#include <hekla/ops.h>

#include "graph/op_def.h"

namespace hekla {

/// Inputs: the gradients, then the step state.
struct UpdateAttributes {
    std::variant<Sgd, Adam> optimizer;
    std::vector<std::uint32_t> parameters;  // values, one per gradient
    bool scaled = false;                    // the gradients are of the loss times the step state's scale
};
extern const OpDef update_op, assign_op;

}  // namespace hekla
