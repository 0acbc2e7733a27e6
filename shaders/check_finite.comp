#version 450
#extension GL_GOOGLE_include_directive : require
// flags[flag] = 1 if any element is NaN or infinite. Compared as bits: drivers may assume that floats are finite.
#include "common.glsl"
layout(constant_id = 1) const uint half_words = 0u;  // x holds two numbers of 16 bits in a word
layout(set = 0, binding = 0, std430) readonly buffer X { uint data[]; } x;
layout(set = 0, binding = 1, std430) buffer Flags { uint data[]; } flags;
layout(push_constant) uniform Params {
    uint elements;
    uint flag;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
    uint bits = half_words != 0u ? x.data[i / 2u] >> (i % 2u * 16u) : x.data[i], exponent = half_words != 0u ? 0x7c00u : 0x7f800000u;
    if ((bits & exponent) == exponent) atomicMax(flags.data[params.flag], 1u);
}
