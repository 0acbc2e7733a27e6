#version 450
#extension GL_GOOGLE_include_directive : require
// dx[h,w] = sum over the windows that cover (h, w) of dy / divisor. One input (vec4) per invocation.
#include "common.glsl"
#include "pool2d_geometry.glsl"

INPUT(0, DY, dy)
OUTPUT(1, DX, dx)
layout(push_constant) uniform Params { POOL2D_MEMBERS } params;
#include "pool2d.glsl"

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.height * params.width * params.channels) return;
    uint rest = index;
    uint channel = take_axis(rest, params.channels);
    int w = int(take_axis(rest, params.width)), h = int(take_axis(rest, params.height));
    uint n = rest;
    int stride_h = int(params.stride_h), stride_w = int(params.stride_w);
    int oh_first = max(0, h + params.pad_top - int(params.kernel_h) + stride_h) / stride_h;
    int ow_first = max(0, w + params.pad_left - int(params.kernel_w) + stride_w) / stride_w;
    int oh_last = min(int(params.out_h) - 1, (h + params.pad_top) / stride_h);
    int ow_last = min(int(params.out_w) - 1, (w + params.pad_left) / stride_w);
    T sum = T(0.0);
    for (int oh = oh_first; oh <= oh_last; ++oh)
        for (int ow = ow_first; ow <= ow_last; ++ow)
            sum += LOAD(dy, ((n * params.out_h + uint(oh)) * params.out_w + uint(ow)) * params.channels + channel) /
                   average_divisor(uint(oh), uint(ow));
    dx.data[index] = sum;
}
