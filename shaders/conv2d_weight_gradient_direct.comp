#version 450
#extension GL_GOOGLE_include_directive : require
// dweight[i,j,c,o] = sum over n,oh,ow of x times dy; one weight per invocation and split. Split s sums output rows
// (n, oh) in [s * rows_per_split, ...) into partial[s, weights]; combine.comp adds the splits.
#include "common.glsl"
#include "conv2d_geometry.glsl"

INPUT1(0, X, x)
INPUT1(1, DY, dy)
OUTPUT1(2, Partial, partial)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    uint splits;
    uint rows_per_split;
} params;

void main() {
    uint index = invocation_index();
    uint group_channels = params.channels / params.groups;
    uint weights = params.kernel_h * params.kernel_w * group_channels * params.filters;
    if (index >= weights * params.splits) return;
    uint rest = index;
    uint o = take_axis(rest, params.filters);
    uint c = take_axis(rest, group_channels) + quotient(o, params.filters / params.groups) * group_channels;
    uint j = take_axis(rest, params.kernel_w), i = take_axis(rest, params.kernel_h);
    uint split = rest;

    float sum = 0.0;
    uint end = min((split + 1u) * params.rows_per_split, params.batch * params.out_h);
    for (uint row = split * params.rows_per_split; row < end; ++row) {
        uint n = row, oh = take_axis(n, params.out_h);
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        if (h < 0 || h >= int(params.height)) continue;
        for (uint ow = 0u; ow < params.out_w; ++ow) {
            int w = int(ow * params.stride_w + j * params.dilation_w) - params.pad_left;
            if (w < 0 || w >= int(params.width)) continue;
            sum += LOAD1(x, ((n * params.height + uint(h)) * params.width + uint(w)) * params.channels + c) *
                   LOAD1(dy, (row * params.out_w + ow) * params.filters + o);
        }
    }
    partial.data[index] = sum;
}
