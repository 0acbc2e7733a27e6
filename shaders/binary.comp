#version 450
#extension GL_GOOGLE_include_directive : require
// y = f(l, r) with broadcasting over up to four merged axes; a stride of 0 repeats.
#include "common.glsl"
layout(constant_id = 1) const uint operation = 0u;

INPUT1(0, L, l)
INPUT1(1, R, r)
OUTPUT1(2, Y, y)
layout(push_constant) uniform Params {
    uint elements;
    uint dims[4];
    uint l_strides[4];
    uint r_strides[4];
} params;

float apply(float l, float r) {
    uint row = 0u;
#define BINARY(name, forward) if (operation == row++) return forward;
#include "pointwise_rows.glsl"
#undef BINARY
    return 0.0;
}

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
    uint rest = i, at_l = 0u, at_r = 0u;
    UNROLL for (int axis = 3; axis >= 0; --axis) {
        if (params.dims[axis] != 1u) {  // no `continue`: some drivers unroll no loop with one
            uint position = take_axis(rest, params.dims[axis]);
            at_l += position * params.l_strides[axis];
            at_r += position * params.r_strides[axis];
        }
    }
    y.data[i] = apply(LOAD1(l, at_l), LOAD1(r, at_r));
}
