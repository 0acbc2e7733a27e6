#version 450
#extension GL_GOOGLE_include_directive : require
// Maximum over windows that reach neither into padding nor beyond the image; one output (vec4) per invocation.
#include "common.glsl"
#include "pool2d_geometry.glsl"
layout(constant_id = 1) const uint kernel_h = 2u;
layout(constant_id = 2) const uint kernel_w = 2u;

INPUT(0, X, x)
OUTPUT(1, Y, y)
layout(push_constant) uniform Params { POOL2D_MEMBERS } params;
#include "pool2d_maximum.glsl"

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.out_h * params.out_w * params.channels) return;
    uint n = index;
    uint channel = take_axis(n, params.channels), ow = take_axis(n, params.out_w), oh = take_axis(n, params.out_h);
    uint at = ((n * params.height + oh * params.stride_h) * params.width + ow * params.stride_w) * params.channels + channel;
    T best;
    UNROLL for (uint i = 0u; i < kernel_h; ++i)
        UNROLL for (uint j = 0u; j < kernel_w; ++j) {
            if (i + j == 0u) best = LOAD(x, at);
            else {
                T v = LOAD(x, at + (i * params.width + j) * params.channels);
                best = mix(best, v, beats(v, best));
            }
        }
    y.data[index] = PACK(best);
}
