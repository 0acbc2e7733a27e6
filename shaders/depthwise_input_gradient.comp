#version 450
#extension GL_GOOGLE_include_directive : require
// Input gradient of a depthwise convolution: four channels of one pixel per invocation, which gathers from the outputs
// that read it.
#include "common.glsl"
#include "conv2d_geometry.glsl"

INPUT4(0, DY, dy)
INPUT4(1, Weight, weight)
OUTPUT4(2, DX, dx)
layout(push_constant) uniform Params { CONV2D_MEMBERS } params;

// The output whose tap lies `distance` after its window's beginning; -1 if there is none.
int output_at(int distance, uint stride, uint count) {
    if (distance < 0) return -1;
    uint at = stride == 1u ? uint(distance) : quotient(uint(distance), stride);
    return at * stride == uint(distance) && at < count ? int(at) : -1;
}

void main() {
    uint vectors = params.channels / 4u, index = invocation_index();
    if (index >= params.batch * params.height * params.width * vectors) return;
    uint n = index;
    uint c = take_axis(n, vectors), w = take_axis(n, params.width), h = take_axis(n, params.height);
    vec4 sum = vec4(0.0);
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int oh = output_at(int(h) + params.pad_top - int(i * params.dilation_h), params.stride_h, params.out_h);
        if (oh < 0) continue;
        for (uint j = 0u; j < params.kernel_w; ++j) {
            int ow = output_at(int(w) + params.pad_left - int(j * params.dilation_w), params.stride_w, params.out_w);
            if (ow < 0) continue;
            sum += LOAD4(weight, (i * params.kernel_w + j) * vectors + c) *
                   LOAD4(dy, ((n * params.out_h + uint(oh)) * params.out_w + uint(ow)) * vectors + c);
        }
    }
    dx.data[index] = PACK(sum);
}
