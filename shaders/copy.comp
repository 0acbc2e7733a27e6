#version 450
#extension GL_GOOGLE_include_directive : require
// y = x, four numbers at a time; an invocation copies per_invocation of them, a group's width apart.
#include "common.glsl"
layout(constant_id = 1) const uint per_invocation = 1u;

INPUT4(0, X, x)
OUTPUT4(1, Y, y)
layout(push_constant) uniform Params {
    uint vectors;
} params;

void main() {
    uint lane = gl_LocalInvocationID.x;
    uint first = (invocation_index() - lane) * per_invocation + lane;
    UNROLL for (uint p = 0u; p < per_invocation; ++p) {
        uint i = first + p * group_size;
        if (i < params.vectors) y.data[i] = LOAD4(x, i);
    }
}
