#include "nn/teacher.h"

#include <cmath>

#include <hekla/error.h>

#include "nn/logits.h"
#include "nn/network_copy.h"

namespace hekla::nn {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[distillation] " + what); }

}  // namespace

Distillation frozen_teacher(const Distillation& given) {
    if (!given.teacher.built()) fail("the teacher is not built: train it first, or load its file");
    if (given.teacher.input_names().size() != 1) fail("the teacher must have one input and has " + std::to_string(given.teacher.input_names().size()));
    if (!(given.temperature > 0) || !std::isfinite(given.temperature)) fail("the temperature must be above 0 and is " + std::to_string(given.temperature));
    if (!(given.weight >= 0 && given.weight <= 1)) fail("the teacher's weight must lie in [0, 1] and is " + std::to_string(given.weight));
    Distillation result = given;
    result.teacher = copy_of(given.teacher).with_outputs({logits_value(given.teacher)});
    for (const std::string& layer : result.teacher.layer_names()) result.teacher.set_trainable(layer, false);
    return result;
}

void check_teacher(const Network& teacher, const Network& student) {
    if (teacher.input().image_shape != student.input().image_shape)
        fail("the teacher takes images of " + to_string(teacher.input().image_shape) + ", the student of " + to_string(student.input().image_shape));
    if (teacher.output_shapes()[0] != student.output_shapes()[0])
        fail("the teacher gives " + to_string(teacher.output_shapes()[0]) + " per image, the student " + to_string(student.output_shapes()[0]));
}

Tensor teacher_logits(const Network& teacher, Tensor x, const InputInfo& student) {
    const InputInfo& own = teacher.input();
    if (own.scale != student.scale || own.shift != student.shift) {
        if (student.scale == 0) fail("the student scales its input by 0");
        // byte = (x - shift) / scale, of the student's
        const double factor = double{own.scale} / double{student.scale};
        x = shift(scale(x, static_cast<float>(factor)), static_cast<float>(double{own.shift} - double{student.shift} * factor));
    }
    return teacher.apply(x);
}

Tensor distilled_loss(const Distillation& distillation, Tensor loss, Tensor logits, Tensor teacher_logits, Tensor one_hot, Tensor step_state) {
    const Tensor rows = multiply(distillation_rows(logits, teacher_logits, distillation.temperature), reduce_sum(one_hot, {1}));
    return add(scale(loss, 1 - distillation.weight), scale(mean_rows(rows, step_state), distillation.weight));
}

}  // namespace hekla::nn
