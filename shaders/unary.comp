#version 450
#extension GL_GOOGLE_include_directive : require
// y = f(x), element by element; f is the row `operation` of pointwise_rows.glsl.
#include "common.glsl"
#include "pointwise.glsl"
layout(constant_id = 1) const uint operation = 0u;

INPUT4(0, X, x)
OUTPUT4(1, Y, y)
layout(push_constant) uniform Params {
    uint vectors;  // of four elements, rounded up
    float parameter;
} params;

float apply(float x, float a) {
    uint row = 0u;
#define UNARY(name, forward, gradient, needs) if (operation == row++) return forward;
#include "pointwise_rows.glsl"
#undef UNARY
    return 0.0;
}

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    vec4 v = LOAD4(x, i);
    float a = params.parameter;
    y.data[i] = PACK(vec4(apply(v.x, a), apply(v.y, a), apply(v.z, a), apply(v.w, a)));
}
