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
    uint rest = index;
    uint c = take_axis(rest, params.channels), w = take_axis(rest, params.width), h = take_axis(rest, params.height);
    uint n = rest;
    uint group_channels = params.channels / params.groups, group_filters = params.filters / params.groups;
    uint group = quotient(c, group_channels), channel_in_group = c - group * group_channels;
    uint first_filter = group * group_filters;

    float sum = 0.0;
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int at_h = int(h) + params.pad_top - int(i * params.dilation_h);
        if (at_h < 0) continue;
        uint oh = quotient(uint(at_h), params.stride_h);
        if (oh * params.stride_h != uint(at_h) || oh >= params.out_h) continue;
        for (uint j = 0u; j < params.kernel_w; ++j) {
            int at_w = int(w) + params.pad_left - int(j * params.dilation_w);
            if (at_w < 0) continue;
            uint ow = quotient(uint(at_w), params.stride_w);
            if (ow * params.stride_w != uint(at_w) || ow >= params.out_w) continue;
            uint dy_at = ((n * params.out_h + oh) * params.out_w + ow) * params.filters + first_filter;
            uint k_at = ((i * params.kernel_w + j) * group_channels + channel_in_group) * params.filters + first_filter;
            for (uint o = 0u; o < group_filters; ++o) sum += LOAD1(dy, dy_at + o) * LOAD1(weight, k_at + o);
        }
    }
    dx.data[index] = sum;
}
