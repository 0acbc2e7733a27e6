#version 450
#extension GL_GOOGLE_include_directive : require
// y = value everywhere.
#include "common.glsl"
OUTPUT4(0, Y, y)
layout(push_constant) uniform Params {
    uint vectors;
    float value;
} params;

void main() {
    uint i = invocation_index();
    if (i < params.vectors) y.data[i] = vec4(params.value);
}
