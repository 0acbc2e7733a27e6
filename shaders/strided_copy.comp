#version 450
#extension GL_GOOGLE_include_directive : require
// out[out_offset + sum i*out_stride] = in[in_offset + sum i*in_stride] for every index i of dims: transposition,
// slices, concatenation, padding, broadcasting, flips.
#include "common.glsl"
INPUT1(0, X, x)
OUTPUT1(1, Y, y)
layout(push_constant) uniform Params {
    uint elements;
    int in_offset;
    int out_offset;
    uint dims[6];
    int in_strides[6];
    int out_strides[6];
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
    int from = params.in_offset, to = params.out_offset;
    UNROLL for (int axis = 5; axis >= 0; --axis) {
        // Merged and missing axes have one position. No `continue`: some drivers unroll no loop with one.
        if (params.dims[axis] != 1u) {
            int position = int(take_axis(i, params.dims[axis]));
            from += position * params.in_strides[axis];
            to += position * params.out_strides[axis];
        }
    }
    y.data[to] = LOAD1(x, from);
}
