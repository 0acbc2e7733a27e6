#version 450
#extension GL_GOOGLE_include_directive : require
// Gradient of enlarged images: one input pixel (vec4) per invocation, which gathers from the outputs made of it.
#include "common.glsl"
#include "upsample2d_geometry.glsl"

INPUT(0, DY, dy)
OUTPUT(1, DX, dx)
layout(push_constant) uniform Params { UPSAMPLE2D_MEMBERS } params;

// The share that output o has of input i.
float share(uint o, uint i, uint factor, uint size) {
    Source s = source_of(o, factor, size);
    if (kind == 0u) return s.first == i ? 1.0 : 0.0;
    return (s.first == i ? 1.0 - s.weight : 0.0) + (s.second == i ? s.weight : 0.0);
}

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.height * params.width * params.channels) return;
    uint n = index;
    uint channel = take_axis(n, params.channels), w = take_axis(n, params.width), h = take_axis(n, params.height);
    uint out_h = params.height * params.factor_h, out_w = params.width * params.factor_w;
    // Bilinear outputs reach one input pixel further to both sides.
    uint reach = kind;
    uint h_begin = h >= reach ? (h - reach) * params.factor_h : 0u, h_end = min((h + 1u + reach) * params.factor_h, out_h);
    uint w_begin = w >= reach ? (w - reach) * params.factor_w : 0u, w_end = min((w + 1u + reach) * params.factor_w, out_w);
    T sum = T(0.0);
    for (uint oh = h_begin; oh < h_end; ++oh) {
        float h_share = share(oh, h, params.factor_h, params.height);
        if (h_share == 0.0) continue;
        for (uint ow = w_begin; ow < w_end; ++ow)
            sum += h_share * share(ow, w, params.factor_w, params.width) *
                   LOAD(dy, ((n * out_h + oh) * out_w + ow) * params.channels + channel);
    }
    dx.data[index] = PACK(sum);
}
