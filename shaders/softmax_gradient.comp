#version 450
#extension GL_GOOGLE_include_directive : require
// From the output y: softmax dx = y (dy - sum(dy y)); log-softmax dx = dy - exp(y) sum(dy).
#include "common.glsl"
layout(constant_id = 1) const uint kind = 0u;

INPUT1(0, Y, y)
INPUT1(1, DY, dy)
OUTPUT1(2, DX, dx)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint base = row * params.columns;
    float sum = 0.0;
    for (uint c = 0u; c < params.columns; ++c)
        sum += LOAD1(dy, base + c) * (kind == 0u ? LOAD1(y, base + c) : 1.0);
    for (uint c = 0u; c < params.columns; ++c) {
        float p = LOAD1(y, base + c), g = LOAD1(dy, base + c);
        dx.data[base + c] = kind == 0u ? p * (g - sum) : g - exp(p) * sum;
    }
}
