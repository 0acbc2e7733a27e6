#version 450
#extension GL_GOOGLE_include_directive : require
// Weight gradient of a depthwise convolution: four channels of one kernel row per invocation, summed over the output rows
// (n, oh) of its split: partial[split, i, j, c].
#include "common.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint kernel_w = 3u;

INPUT4(0, X, x)
INPUT4(1, DY, dy)
OUTPUT4(2, Partial, partial)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    uint splits;
    uint rows_per_split;
} params;

vec4 sum[kernel_w];

void main() {
    uint vectors = params.channels / 4u, split = invocation_index();
    if (split >= vectors * params.kernel_h * params.splits) return;
    uint c = take_axis(split, vectors), i = take_axis(split, params.kernel_h);
    UNROLL for (uint j = 0u; j < kernel_w; ++j) sum[j] = vec4(0.0);
    uint end = min((split + 1u) * params.rows_per_split, params.batch * params.out_h);
    for (uint out_row = split * params.rows_per_split; out_row < end; ++out_row) {
        uint n = out_row, oh = take_axis(n, params.out_h);
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        if (h < 0 || h >= int(params.height)) continue;
        uint row_at = (n * params.height + uint(h)) * params.width * vectors + c, dy_at = out_row * params.out_w * vectors + c;
        for (uint ow = 0u; ow < params.out_w; ++ow) {
            vec4 g = LOAD4(dy, dy_at + ow * vectors);
            UNROLL for (uint j = 0u; j < kernel_w; ++j) {
                int w = int(ow * params.stride_w + j * params.dilation_w) - params.pad_left;
                bool inside = w >= 0 && w < int(params.width);
                vec4 pixel = LOAD4(x, row_at + uint(clamp(w, 0, int(params.width) - 1)) * vectors);
                sum[j] += inside ? g * pixel : vec4(0.0);
            }
        }
    }
    UNROLL for (uint j = 0u; j < kernel_w; ++j)
        partial.data[((split * params.kernel_h + i) * kernel_w + j) * vectors + c] = sum[j];
}
