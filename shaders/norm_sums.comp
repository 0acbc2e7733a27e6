#version 450
#extension GL_GOOGLE_include_directive : require
// Sums of dy and of dy times the normalized x, per channel, over the rows chunk, chunk + chunks, ..: sums [2, outer, chunks, channels].
#include "norm_geometry.glsl"

INPUT(0, DY, dy)
INPUT(1, X, x)
INPUT_G(2, Statistics, statistics)
STEP_STATE(3)
OUTPUT(4, Sums, sums)
layout(push_constant) uniform Params {
    NORM_MEMBERS
    uint chunks;
} params;

void main() {
    uint channels = params.groups * params.width;
    uint i = invocation_index(), total = params.outer * params.chunks * channels;
    if (i >= total) return;
    uint outer = i;
    uint channel = take_axis(outer, channels), chunk = take_axis(outer, params.chunks);
    uint at = outer * params.groups + (params.width == 1u ? channel : quotient(channel, params.width));
    T mean = T(LOAD_G(statistics, at)), inverse = T(LOAD_G(statistics, params.outer * params.groups + at));
    uint base = outer * params.rows * channels + channel, end = LIVE_ROWS;
    T sum = T(0.0), products = T(0.0);
    for (uint row = chunk; row < end; row += params.chunks) {
        T g = LOAD(dy, base + row * channels);
        sum += g;
        products += g * ((LOAD(x, base + row * channels) - mean) * inverse);
    }
    sums.data[i] = sum;
    sums.data[total + i] = products;
}
