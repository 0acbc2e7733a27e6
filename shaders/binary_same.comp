#version 450
#extension GL_GOOGLE_include_directive : require
// y = f(l, r) for operands of one shape, four elements at a time.
#include "common.glsl"
layout(constant_id = 1) const uint operation = 0u;

INPUT4(0, L, l)
INPUT4(1, R, r)
OUTPUT4(2, Y, y)
layout(push_constant) uniform Params { uint vectors; } params;

vec4 apply(vec4 l, vec4 r) {
    uint row = 0u;
#define BINARY(name, forward) if (operation == row++) return forward;
#include "pointwise_rows.glsl"
#undef BINARY
    return vec4(0.0);
}

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    y.data[i] = PACK(apply(LOAD4(l, i), LOAD4(r, i)));
}
