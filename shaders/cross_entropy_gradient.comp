#version 450
#extension GL_GOOGLE_include_directive : require
// dlogits = (softmax * sum(targets) - targets) * drow; rows that are no samples get 0.
#include "common.glsl"
INPUT1(0, Logits, logits)
#ifdef ONE_HOT
layout(set = 0, binding = 1, std430) readonly buffer Targets { float data[]; } targets;
#else
layout(set = 0, binding = 1, std430) readonly buffer Targets { uint data[]; } targets;
#endif
INPUT1(2, DRow, drow)
OUTPUT1(3, DLogits, dlogits)
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
    float g = LOAD1(drow, row);
#ifdef ONE_HOT
    float mass = 0.0;
    for (uint c = 0u; c < params.columns; ++c) mass += targets.data[base + c];
    for (uint c = 0u; c < params.columns; ++c)
        dlogits.data[base + c] = (exp(LOAD1(logits, base + c) - top) / sum * mass - targets.data[base + c]) * g;
#else
    uint label = targets.data[row];
    bool live = label < params.columns;
    for (uint c = 0u; c < params.columns; ++c) {
        float p = exp(LOAD1(logits, base + c) - top) / sum;
        dlogits.data[base + c] = live ? (p - (c == label ? 1.0 : 0.0)) * g : 0.0;
    }
#endif
}
