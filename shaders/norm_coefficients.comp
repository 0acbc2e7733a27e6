#version 450
#extension GL_GOOGLE_include_directive : require
// What the input's gradient needs per (outer, group): coefficients [4, outer, groups] of
//   dx = c0 * (scale * dy - c1 - (x - c3) * c2)
#include "norm_geometry.glsl"

INPUT1(0, Sums, sums)
INPUT1(1, Statistics, statistics)
CHANNEL_INPUT(2, scale)
STEP_STATE(3)
OUTPUT1(4, Coefficients, coefficients)
layout(push_constant) uniform Params { NORM_MEMBERS } params;

void main() {
    uint i = invocation_index(), plane = params.outer * params.groups;
    if (i >= plane) return;
    uint outer = i;
    uint group = take_axis(outer, params.groups);
    uint channels = params.groups * params.width, at = outer * channels + group * params.width;
    float sum = 0.0, products = 0.0;
    for (uint k = 0u; k < params.width; ++k) {
        float factor = LOAD_CHANNEL(scale, group * params.width + k);
        sum += factor * LOAD1(sums, at + k);
        products += factor * LOAD1(sums, params.outer * channels + at + k);
    }
    float n = float(max(LIVE_ROWS, 1u)) * float(params.width), inverse = LOAD1(statistics, plane + i);
    coefficients.data[i] = inverse;
    coefficients.data[plane + i] = sum / n;
    coefficients.data[2u * plane + i] = inverse * products / n;
    coefficients.data[3u * plane + i] = LOAD1(statistics, i);
}
