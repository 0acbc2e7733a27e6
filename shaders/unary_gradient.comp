#version 450
#extension GL_GOOGLE_include_directive : require
// dx = f'(..) dy; `saved` is the input or the output, whichever the row's gradient reads.
#include "common.glsl"
#include "pointwise.glsl"
layout(constant_id = 1) const uint operation = 0u;

INPUT4(0, Saved, saved)
INPUT4(1, DY, dy)
OUTPUT4(2, DX, dx)
layout(push_constant) uniform Params {
    uint vectors;
    float parameter;
} params;

float apply(float value, float dy, float a) {
    float x = value, y = value;
    uint row = 0u;
#define UNARY(name, forward, gradient, needs) if (operation == row++) return gradient;
#include "pointwise_rows.glsl"
#undef UNARY
    return 0.0;
}

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    vec4 v = LOAD4(saved, i), g = LOAD4(dy, i);
    float a = params.parameter;
    dx.data[i] = PACK(vec4(apply(v.x, g.x, a), apply(v.y, g.y, a), apply(v.z, g.z, a), apply(v.w, g.w, a)));
}
