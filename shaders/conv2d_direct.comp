#version 450
#extension GL_GOOGLE_include_directive : require
// Convolution of any kind, one output per invocation: y[n,oh,ow,o]. Slow and general.
#include "common.glsl"
#include "activation.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint has_bias = 0u;
layout(constant_id = 2) const uint activation = 0u;

INPUT1(0, X, x)
INPUT1(1, Weight, weight)
INPUT1(2, Bias, bias)
OUTPUT1(3, Y, y)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    float activation_parameter;
} params;

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.out_h * params.out_w * params.filters) return;
    uint rest = index;
    uint o = take_axis(rest, params.filters), ow = take_axis(rest, params.out_w), oh = take_axis(rest, params.out_h);
    uint n = rest;
    uint group_channels = params.channels / params.groups;
    uint first_channel = quotient(o, params.filters / params.groups) * group_channels;

    float sum = 0.0;
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        if (h < 0 || h >= int(params.height)) continue;
        for (uint j = 0u; j < params.kernel_w; ++j) {
            int w = int(ow * params.stride_w + j * params.dilation_w) - params.pad_left;
            if (w < 0 || w >= int(params.width)) continue;
            uint x_at = ((n * params.height + uint(h)) * params.width + uint(w)) * params.channels + first_channel;
            uint k_at = (i * params.kernel_w + j) * group_channels * params.filters + o;
            for (uint c = 0u; c < group_channels; ++c)
                sum += LOAD1(x, x_at + c) * LOAD1(weight, k_at + c * params.filters);
        }
    }
    if (has_bias != 0u) sum += LOAD1(bias, o);
    y.data[index] = activate(activation, sum, params.activation_parameter);
}
