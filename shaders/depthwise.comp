#version 450
#extension GL_GOOGLE_include_directive : require
// Depthwise convolution: as many filters as channels, each of its own channel. One invocation makes `tile_w` neighbouring
// outputs of four channels; an input row slides through registers, each pixel read once for all taps of a kernel row.
#include "common.glsl"
#include "activation.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint tile_w = 4u;
layout(constant_id = 2) const uint kernel_w = 3u;
layout(constant_id = 3) const uint stride_w = 1u;
layout(constant_id = 4) const uint dilation_w = 1u;
layout(constant_id = 5) const uint has_bias = 0u;
layout(constant_id = 6) const uint activation = 0u;

INPUT4(0, X, x)
INPUT4(1, Weight, weight)
INPUT4(2, Bias, bias)
OUTPUT4(3, Y, y)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    float activation_parameter;
} params;

const uint reach = (tile_w - 1u) * stride_w + (kernel_w - 1u) * dilation_w + 1u;
vec4 sum[tile_w];
vec4 row[reach];

void main() {
    uint vectors = params.channels / 4u, tiles = (params.out_w + tile_w - 1u) / tile_w;
    uint rest = invocation_index();
    if (rest >= params.batch * params.out_h * tiles * vectors) return;
    uint c = take_axis(rest, vectors), first = take_axis(rest, tiles) * tile_w, oh = take_axis(rest, params.out_h);
    uint n = rest;
    UNROLL for (uint t = 0u; t < tile_w; ++t) sum[t] = has_bias != 0u ? LOAD4(bias, c) : vec4(0.0);
    int left = int(first * stride_w) - params.pad_left;
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        if (h < 0 || h >= int(params.height)) continue;
        uint row_at = (n * params.height + uint(h)) * params.width * vectors + c;
        UNROLL for (uint r = 0u; r < reach; ++r) {
            int w = left + int(r);
            bool inside = w >= 0 && w < int(params.width);
            vec4 pixel = LOAD4(x, row_at + uint(clamp(w, 0, int(params.width) - 1)) * vectors);
            row[r] = inside ? pixel : vec4(0.0);
        }
        UNROLL for (uint j = 0u; j < kernel_w; ++j) {
            vec4 k = LOAD4(weight, (i * kernel_w + j) * vectors + c);
            UNROLL for (uint t = 0u; t < tile_w; ++t) sum[t] += k * row[t * stride_w + j * dilation_w];
        }
    }
    uint out_at = ((n * params.out_h + oh) * params.out_w + first) * vectors + c;
    UNROLL for (uint t = 0u; t < tile_w; ++t) {
        if (first + t >= params.out_w) break;
        y.data[out_at + t * vectors] = PACK(activate(activation, sum[t], params.activation_parameter));
    }
}
