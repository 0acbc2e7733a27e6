#pragma once
// The teacher of a distillation: a network that runs inside another's training step and stays as it is.

#include <hekla/nn.h>

namespace hekla::nn {

/// A copy with parameters of its own that nothing trains, whose output is the logits. Throws Error for a teacher that is not
/// built or has several inputs, and for a temperature or weight out of range.
Distillation frozen_teacher(const Distillation& given);
/// Throws Error where it takes other images, or has other classes, than the student.
void check_teacher(const Network& teacher, const Network& student);
/// Its logits for a batch that was scaled for the student.
Tensor teacher_logits(const Network& teacher, Tensor x, const InputInfo& student);
/// (1 - weight) loss + weight distillation; rows that are no sample (rows of zeros in one_hot) count for nothing.
Tensor distilled_loss(const Distillation& distillation, Tensor loss, Tensor logits, Tensor teacher_logits, Tensor one_hot, Tensor step_state);

}  // namespace hekla::nn
