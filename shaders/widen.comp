#version 450
#extension GL_GOOGLE_include_directive : require
// Numbers of 16 bits as numbers of 32, four at a time.
#include "common.glsl"
layout(set = 0, binding = 0, std430) readonly buffer X { uvec2 data[]; } x;
OUTPUT4(1, Y, y)
layout(push_constant) uniform Params { uint vectors; } params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    uvec2 words = x.data[i];
    y.data[i] = vec4(unpackHalf2x16(words.x), unpackHalf2x16(words.y));
}
