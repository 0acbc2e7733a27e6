#version 450
#extension GL_GOOGLE_include_directive : require
// flags[flag] = 1 if any element is NaN or infinite. Compared as bits: drivers may assume that floats are finite.
#include "common.glsl"
layout(set = 0, binding = 0, std430) readonly buffer X { uint data[]; } x;
layout(set = 0, binding = 1, std430) buffer Flags { uint data[]; } flags;
layout(push_constant) uniform Params {
    uint elements;
    uint flag;
} params;

void main() {
    uint i = invocation_index();
    if (i < params.elements && (x.data[i] & 0x7f800000u) == 0x7f800000u) atomicMax(flags.data[params.flag], 1u);
}
