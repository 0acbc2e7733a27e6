#version 450
#extension GL_GOOGLE_include_directive : require
// The input's gradient, from coefficients per (outer, group) (norm_coefficients.comp); zero in rows that do not count.
#include "norm_geometry.glsl"

INPUT(0, X, x)
INPUT(1, DY, dy)
INPUT_G(2, Coefficients, coefficients)
CHANNEL_INPUT(3, scale)
STEP_STATE(4)
OUTPUT(5, DX, dx)
layout(push_constant) uniform Params { NORM_MEMBERS } params;

void main() {
    uint i = invocation_index(), channels = params.groups * params.width;
    if (i >= params.outer * params.rows * channels) return;
    uint outer = i;
    uint channel = take_axis(outer, channels), row = take_axis(outer, params.rows);
    uint at = outer * params.groups + (params.width == 1u ? channel : quotient(channel, params.width)), plane = params.outer * params.groups;
    T inverse = T(LOAD_G(coefficients, at)), mean_dy = T(LOAD_G(coefficients, plane + at));
    T slope = T(LOAD_G(coefficients, 2u * plane + at)), mean = T(LOAD_G(coefficients, 3u * plane + at));
    T v = inverse * (LOAD_CHANNEL(scale, channel) * LOAD(dy, i) - mean_dy - (LOAD(x, i) - mean) * slope);
    dx.data[i] = PACK(row < LIVE_ROWS ? v : T(0.0));
}
