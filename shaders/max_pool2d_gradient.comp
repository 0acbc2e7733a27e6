#version 450
#extension GL_GOOGLE_include_directive : require
// dx[h,w] = sum of dy over the windows whose first maximum is (h, w). One input (vec4) per invocation gathers, so
// nothing is added atomically and overlapping windows need no order.
#include "common.glsl"
#include "pool2d_geometry.glsl"
layout(constant_id = 1) const bool relu = false;  // x is ReLU's output: its gradient is taken along

INPUT(0, X, x)
INPUT(1, DY, dy)
OUTPUT(2, DX, dx)
layout(push_constant) uniform Params {
    POOL2D_MEMBERS
} params;
#include "pool2d.glsl"
#include "pool2d_maximum.glsl"

INDEX first_maximum(uint n, uint oh, uint ow, uint channel) {
    int top = int(oh * params.stride_h) - params.pad_top, left = int(ow * params.stride_w) - params.pad_left;
    int h_end = min(top + int(params.kernel_h), int(params.height)), w_end = min(left + int(params.kernel_w), int(params.width));
    T best = T(lowest);
    INDEX position = INDEX(max(top, 0) * int(params.width) + max(left, 0));
    for (int h = max(top, 0); h < h_end; ++h)
        for (int w = max(left, 0); w < w_end; ++w) {
            T v = LOAD(x, input_at(n, h, w, channel));
            MASK better = beats(v, best);
            best = mix(best, v, better);
            position = mix(position, INDEX(h * int(params.width) + w), better);
        }
    return position;
}

void main() {
    uint index = invocation_index();
    if (index >= params.batch * params.height * params.width * params.channels) return;
    uint rest = index;
    uint channel = take_axis(rest, params.channels);
    int w = int(take_axis(rest, params.width)), h = int(take_axis(rest, params.height));
    uint n = rest;

    // The windows that cover (h, w).
    int stride_h = int(params.stride_h), stride_w = int(params.stride_w);
    int oh_first = max(0, h + params.pad_top - int(params.kernel_h) + stride_h) / stride_h;
    int ow_first = max(0, w + params.pad_left - int(params.kernel_w) + stride_w) / stride_w;
    int oh_last = min(int(params.out_h) - 1, (h + params.pad_top) / stride_h);
    int ow_last = min(int(params.out_w) - 1, (w + params.pad_left) / stride_w);
    T sum = T(0.0);
    for (int oh = oh_first; oh <= oh_last; ++oh)
        for (int ow = ow_first; ow <= ow_last; ++ow) {
            MASK mine = is_at(first_maximum(n, uint(oh), uint(ow), channel), h * int(params.width) + w);
            T g = LOAD(dy, ((n * params.out_h + uint(oh)) * params.out_w + uint(ow)) * params.channels + channel);
            sum += mix(T(0.0), g, mine);
        }
    if (relu) sum = mix(T(0.0), sum, is_positive(LOAD(x, index)));
    dx.data[index] = sum;
}
