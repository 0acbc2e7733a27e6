#version 450
#extension GL_GOOGLE_include_directive : require
// Softmax with cross-entropy from logits by log-sum-exp, one row per invocation. Without ONE_HOT the targets are
// integer labels, and a label >= columns is a row that is no sample: its loss is 0.
#include "common.glsl"
INPUT1(0, Logits, logits)
#ifdef ONE_HOT
layout(set = 0, binding = 1, std430) readonly buffer Targets { float data[]; } targets;
#else
layout(set = 0, binding = 1, std430) readonly buffer Targets { uint data[]; } targets;
#endif
OUTPUT1(2, Loss, loss)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint base = row * params.columns;
    float top = LOAD1(logits, base);
    for (uint c = 1u; c < params.columns; ++c) top = max(top, LOAD1(logits, base + c));
    float sum = 0.0;
    for (uint c = 0u; c < params.columns; ++c) sum += exp(LOAD1(logits, base + c) - top);
    float log_sum = top + log(sum);
#ifdef ONE_HOT
    float result = 0.0;
    for (uint c = 0u; c < params.columns; ++c) {
        float target = targets.data[base + c];
        // An exact 0 adds nothing, whatever the logit.
        if (target != 0.0) result += target * (log_sum - LOAD1(logits, base + c));
    }
    loss.data[row] = result;
#else
    uint label = targets.data[row];
    loss.data[row] = label < params.columns ? log_sum - LOAD1(logits, base + label) : 0.0;
#endif
}
