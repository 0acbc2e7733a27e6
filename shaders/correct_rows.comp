#version 450
#extension GL_GOOGLE_include_directive : require
// 1 where the first largest logit of the row is at the label, otherwise 0.
#include "common.glsl"
INPUT1(0, Logits, logits)
layout(set = 0, binding = 1, std430) readonly buffer Labels { uint data[]; } labels;
OUTPUT1(2, Correct, correct)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint best = 0u;
    float top = LOAD1(logits, row * params.columns);
    for (uint c = 1u; c < params.columns; ++c) {
        float v = LOAD1(logits, row * params.columns + c);
        if (v > top) {
            top = v;
            best = c;
        }
    }
    correct.data[row] = best == labels.data[row] ? 1.0 : 0.0;
}
