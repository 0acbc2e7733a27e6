#version 450
#extension GL_GOOGLE_include_directive : require
// Softmax (kind 0) or log-softmax (kind 1) of rows, shifted by the row's maximum. One row per invocation.
#include "common.glsl"
layout(constant_id = 1) const uint kind = 0u;

INPUT1(0, X, x)
OUTPUT1(1, Y, y)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint base = row * params.columns;
    float top = LOAD1(x, base);
    for (uint c = 1u; c < params.columns; ++c) top = max(top, LOAD1(x, base + c));
    float sum = 0.0;
    for (uint c = 0u; c < params.columns; ++c) sum += exp(LOAD1(x, base + c) - top);
    float shift = log(sum), factor = 1.0 / sum;
    for (uint c = 0u; c < params.columns; ++c) {
        float v = LOAD1(x, base + c) - top;
        y.data[base + c] = kind == 0u ? exp(v) * factor : v - shift;
    }
}
