#version 450
#extension GL_GOOGLE_include_directive : require
// One partial sum of squares per workgroup: group k of n takes vectors k, k + n, ... times its size, in a fixed order.
#include "common.glsl"
#include "group_sum.glsl"
INPUT4(0, X, x)
OUTPUT1(1, Partial, partial)
layout(push_constant) uniform Params {
    uint elements;
    uint groups;
} params;

void main() {
    uint group = gl_WorkGroupID.x;
    uint vectors = (params.elements + 3u) / 4u;
    float sum = 0.0;
    for (uint i = group * group_size + gl_LocalInvocationID.x; i < vectors; i += params.groups * group_size) {
        vec4 v = LOAD4(x, i);
        // What lies behind the last element is not the tensor's.
        uint live = params.elements - 4u * i;
        if (live < 4u) v = mix(vec4(0.0), v, lessThan(uvec4(0u, 1u, 2u, 3u), uvec4(live)));
        sum += dot(v, v);
    }
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x == 0u) partial.data[group] = sum;
}
