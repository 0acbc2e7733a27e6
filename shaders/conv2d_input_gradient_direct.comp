#version 450
#extension GL_GOOGLE_include_directive : require
// dx[n,h,w,c] = sum over the windows that cover (h, w) of dy times weight; one input per invocation.
#include "common.glsl"
#include "conv2d_geometry.glsl"

INPUT1(0, DY, dy)
INPUT1(1, Weight, weight)
OUTPUT1(2, DX, dx)
layout(push_constant) uniform Params { CONV2D_MEMBERS } params;

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.height * params.width * params.channels) return;
    uint c = index % params.channels;
    uint w = (index / params.channels) % params.width;
    uint h = (index / (params.channels * params.width)) % params.height;
    uint n = index / (params.channels * params.width * params.height);
    uint group_channels = params.channels / params.groups, group_filters = params.filters / params.groups;
    uint first_filter = c / group_channels * group_filters;

    float sum = 0.0;
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int at_h = int(h) + params.pad_top - int(i * params.dilation_h);
        if (at_h < 0 || at_h % int(params.stride_h) != 0 || at_h / int(params.stride_h) >= int(params.out_h)) continue;
        for (uint j = 0u; j < params.kernel_w; ++j) {
            int at_w = int(w) + params.pad_left - int(j * params.dilation_w);
            if (at_w < 0 || at_w % int(params.stride_w) != 0 || at_w / int(params.stride_w) >= int(params.out_w)) continue;
            uint dy_at = ((n * params.out_h + uint(at_h) / params.stride_h) * params.out_w + uint(at_w) / params.stride_w) *
                         params.filters + first_filter;
            uint k_at = ((i * params.kernel_w + j) * group_channels + c % group_channels) * params.filters + first_filter;
            for (uint o = 0u; o < group_filters; ++o) sum += LOAD1(dy, dy_at + o) * LOAD1(weight, k_at + o);
        }
    }
    dx.data[index] = sum;
}
