#version 450
#extension GL_GOOGLE_include_directive : require
// y = (x - mean) / deviation * scale + shift; zero in rows that do not count.
#include "norm_geometry.glsl"

INPUT(0, X, x)
INPUT_G(1, Statistics, statistics)
CHANNEL_INPUT(2, scale)
CHANNEL_INPUT(3, shift)
STEP_STATE(4)
OUTPUT(5, Y, y)
layout(push_constant) uniform Params { NORM_MEMBERS } params;

void main() {
    uint i = invocation_index(), channels = params.groups * params.width;
    if (i >= params.outer * params.rows * channels) return;
    uint outer = i;
    uint channel = take_axis(outer, channels), row = take_axis(outer, params.rows);
    uint at = outer * params.groups + (params.width == 1u ? channel : quotient(channel, params.width));
    G mean = LOAD_G(statistics, at), inverse = LOAD_G(statistics, params.outer * params.groups + at);
    T v = (LOAD(x, i) - T(mean)) * T(inverse) * LOAD_CHANNEL(scale, channel) + LOAD_CHANNEL(shift, channel);
    y.data[i] = PACK(row < LIVE_ROWS ? v : T(0.0));
}
