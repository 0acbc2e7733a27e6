#version 450
#extension GL_GOOGLE_include_directive : require
// Images enlarged by whole factors; one output (vec4) per invocation.
#include "common.glsl"
#include "upsample2d_geometry.glsl"

INPUT(0, X, x)
OUTPUT(1, Y, y)
layout(push_constant) uniform Params { UPSAMPLE2D_MEMBERS } params;

T pixel(uint n, uint h, uint w, uint channel) { return LOAD(x, ((n * params.height + h) * params.width + w) * params.channels + channel); }

void main() {
    uint out_h = params.height * params.factor_h, out_w = params.width * params.factor_w, index = invocation_index();
    if (index >= params.batch * out_h * out_w * params.channels) return;
    uint n = index;
    uint channel = take_axis(n, params.channels), ow = take_axis(n, out_w), oh = take_axis(n, out_h);
    Source h = source_of(oh, params.factor_h, params.height), w = source_of(ow, params.factor_w, params.width);
    T v = pixel(n, h.first, w.first, channel);
    if (kind != 0u) {
        T top = mix(v, pixel(n, h.first, w.second, channel), w.weight);
        T bottom = mix(pixel(n, h.second, w.first, channel), pixel(n, h.second, w.second, channel), w.weight);
        v = mix(top, bottom, h.weight);
    }
    y.data[index] = PACK(v);
}
