#pragma once
// Ops that only the fuse passes make (plan/fusion.h). The nodes that they replace are their decomposition.

#include "graph/op_def.h"
#include "kernels/dense_gradients.h"

namespace hekla {

/// inputs x, weight, dy; outputs dx, dweight[, dbias]. Attributes: kernels::DenseGeometry.
extern const OpDef dense_gradients_op;

/// inputs x, dy; outputs dweight, dbias. Attributes: Conv2dGeometry.
extern const OpDef conv2d_weight_and_bias_gradient_op;

/// inputs logits, labels, step state, step ring; output dlogits, or none. No attributes.
extern const OpDef loss_step_op;

}  // namespace hekla
