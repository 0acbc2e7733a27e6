#version 450
#extension GL_GOOGLE_include_directive : require
// An application's buffer, of any element format and order, becomes a tensor.
#include "common.glsl"
#include "element_formats.glsl"
layout(set = 0, binding = 0, std430) readonly buffer Source { uint data[]; } source;
layout(set = 0, binding = 1, std430) writeonly buffer Tensor { uint data[]; } tensor;
layout(push_constant) uniform Params {
    uint elements;
    uint pixels;
    uint channels;
    float scale;
    float shift;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
    uint from = in_buffer(i, params.pixels, params.channels), per_word = elements_per_word();
    uint word = source.data[from / per_word], part = from % per_word;
    float v = uintBitsToFloat(word);
    if (element_format == 1u) v = unpackHalf2x16(word)[part];
    if (element_format == 2u) v = unpackUnorm4x8(word)[part];
    tensor.data[i] = element_format == 3u ? word : floatBitsToUint(v * params.scale + params.shift);
}
