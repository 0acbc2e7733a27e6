#pragma once
// The records of ops that are used beyond their own file (by passes, nn and tests).

#include <hekla/augment.h>
#include <hekla/ops.h>

#include "graph/op_def.h"
#include "kernels/epilogue.h"
#include "kernels/pool2d.h"
#include "reference/reference.h"

namespace hekla {

struct Conv2dAttributes {
    Conv2dOptions options;
    kernels::Epilogue epilogue;  // the activation that the fuse pass put here; bias is the third input
};
/// Of the convolution's gradients.
struct Conv2dGradientAttributes {
    Conv2dGeometry geometry;
    Shape shape;  // of the result
};
struct MatmulAttributes {
    MatmulOptions options;
    kernels::Epilogue epilogue;
};
struct UnaryAttributes {
    std::uint32_t row = 0;  // of reference::unary_rows()
    float parameter = 0;
};

struct DropoutAttributes {
    float rate;
    std::uint32_t stream;
};

/// Of pool2d and its gradient.
struct PoolAttributes {
    kernels::PoolKind kind;
    Pool2dGeometry geometry;
    // The gradient of a maximum: the pool's input is the output of a ReLU that the fuse pass put here, so that the
    // result is the gradient of ReLU's input.
    bool relu = false;
};

extern const OpDef conv2d_op, conv2d_weight_gradient_op, matmul_op, dropout_op, unary_op, unary_gradient_op, pool2d_gradient_op;

// Used by training only (engine/nn); no user-level functions.

/// images: one u8 value per range of the data set [samples in the range, H, W, C], order u32 [samples] -> f32 [batch, H, W, C]
Tensor gather_images(std::span<const Tensor> images, Tensor order, Tensor step_state, std::uint32_t batch, float scale,
                     float shift);
/// labels u32 [samples], order u32 [samples] -> u32 [batch], or f32 [batch, classes] if one_hot
Tensor gather_labels(Tensor labels, Tensor order, Tensor step_state, std::uint32_t batch, std::uint32_t classes, bool one_hot);
/// `augment` of <hekla/augment.h> with what was drawn, f32 [batch, 12] (reference/augment.h).
struct AugmentedBatch {
    Tensor images, draws;
};
AugmentedBatch augment_batch(Tensor images, const Augmentation& amounts, Tensor step_state, std::uint32_t stream, float scale, float shift);
/// Rows [N, columns] mixed as mixup mixes the images.
Tensor mix_rows(Tensor rows, Tensor draws, Tensor step_state);
/// Writes the step's record into the ring and halts on a non-finite loss.
void record_step(Tensor loss, Tensor correct, Tensor step_state);
/// Adds to counts (u32, kernels::CountPredictions::words of the classes; an input) what the rows of logits say of their labels.
void count_predictions(Tensor logits, Tensor labels, Tensor counts);
/// Ends the step: counters, powers of the betas, learning rate, the next batch; where growth_steps is not 0 also the loss scale.
void advance_step(Tensor step_state, float beta1 = 0, float beta2 = 0, const reference::ScheduleSettings& schedule = {}, std::uint32_t growth_steps = 0);
/// The same for this optimizer.
void advance_step(Tensor step_state, const Optimizer& optimizer, const reference::ScheduleSettings& schedule = {}, std::uint32_t growth_steps = 0);
/// minimize() with the loss times the step state's scale on the way back: the update divides by it, and is left out where a
/// gradient is not finite.
void minimize_scaled(Tensor loss, const Optimizer& optimizer, const UpdateOptions& options);

}  // namespace hekla
