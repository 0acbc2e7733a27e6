#pragma once
// Passes that put several nodes of a program into one, whose kernel does what they did (ops/fused.h). They run after
// differentiation; the program without them is the oracle of the tests.

#include <functional>

#include "base/geometry.h"
#include "kernels/dense_gradients.h"
#include "plan/program.h"

namespace hekla::plan {

/// The gradients of a dense layer's input, weight and bias, and those of the ReLU (and the dropout) before it, where `pays`.
void fuse_dense_gradients(Program& program, const Graph& graph, const std::function<bool(const kernels::DenseGeometry&)>& pays);

/// The gradient of a convolution's bias into that of its weight, where `pays`.
void fuse_bias_gradients(Program& program, const Graph& graph, const std::function<bool(const Conv2dGeometry&)>& pays);

/// Cross-entropy from labels, its mean, the count of right rows, the step's record and the gradient of the logits, for
/// batches small enough that one workgroup is faster than their dispatches.
void fuse_loss(Program& program, const Graph& graph);

}  // namespace hekla::plan
