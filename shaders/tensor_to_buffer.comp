#version 450
#extension GL_GOOGLE_include_directive : require
// A tensor becomes an application's buffer: one word of it per invocation, zeros behind the last element.
#include "common.glsl"
#include "element_formats.glsl"
layout(set = 0, binding = 0, std430) readonly buffer Tensor { uint data[]; } tensor;
layout(set = 0, binding = 1, std430) writeonly buffer Target { uint data[]; } target;
layout(push_constant) uniform Params {
    uint elements;
    uint pixels;
    uint channels;
    float scale;
    float shift;
} params;

void main() {
    uint word = invocation_index(), per_word = elements_per_word();
    if (word * per_word >= params.elements) return;
    if (element_format == 3u) {
        target.data[word] = tensor.data[in_tensor(word, params.pixels, params.channels)];
        return;
    }
    vec4 values = vec4(0.0);
    for (uint part = 0u; part < per_word; ++part) {
        uint i = word * per_word + part;
        if (i >= params.elements) break;
        values[part] = uintBitsToFloat(tensor.data[in_tensor(i, params.pixels, params.channels)]) * params.scale + params.shift;
    }
    if (element_format == 1u) target.data[word] = packHalf2x16(values.xy);
    else if (element_format == 2u) target.data[word] = packUnorm4x8(values);
    else target.data[word] = floatBitsToUint(values.x);
}
