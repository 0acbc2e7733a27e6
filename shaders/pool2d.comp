#version 450
#extension GL_GOOGLE_include_directive : require
// Maximum (kind 0) or average (kind 1) over windows; one output (vec4) per invocation.
#include "common.glsl"
#include "pool2d_geometry.glsl"
layout(constant_id = 1) const uint kind = 0u;

INPUT(0, X, x)
OUTPUT(1, Y, y)
layout(push_constant) uniform Params { POOL2D_MEMBERS } params;
#include "pool2d.glsl"
#include "pool2d_maximum.glsl"

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.out_h * params.out_w * params.channels) return;
    uint n = index;
    uint channel = take_axis(n, params.channels), ow = take_axis(n, params.out_w), oh = take_axis(n, params.out_h);
    int top = int(oh * params.stride_h) - params.pad_top, left = int(ow * params.stride_w) - params.pad_left;
    int h_end = min(top + int(params.kernel_h), int(params.height)), w_end = min(left + int(params.kernel_w), int(params.width));

    T best = T(lowest), sum = T(0.0);
    for (int h = max(top, 0); h < h_end; ++h)
        for (int w = max(left, 0); w < w_end; ++w) {
            T v = LOAD(x, input_at(n, h, w, channel));
            if (kind == 0u) best = mix(best, v, beats(v, best));
            else sum += v;
        }
    y.data[index] = PACK(kind == 0u ? best : sum / average_divisor(oh, ow));
}
