#version 450
#extension GL_GOOGLE_include_directive : require
// Partial means and squared deviations, in order, to statistics [3, outer, groups]: mean, 1 / deviation, variance
// (Chan, Golub and LeVeque 1979).
#include "norm_geometry.glsl"

INPUT_G(0, Partial, partial)
STEP_STATE(1)
OUTPUT_G(2, Statistics, statistics)
layout(push_constant) uniform Params {
    NORM_MEMBERS
    uint chunks;
    float epsilon;
} params;

void main() {
    uint i = invocation_index(), plane = params.outer * params.groups;
    if (i >= plane) return;
    uint outer = i;
    uint group = take_axis(outer, params.groups);
    uint total = plane * params.chunks, live = LIVE_ROWS;
    float n = 0.0;
    G mean = G(0.0), squares = G(0.0);
    for (uint chunk = 0u; chunk < min(params.chunks, live); ++chunk) {
        uint at = (outer * params.chunks + chunk) * params.groups + group;
        float more = float(quotient(live - chunk + params.chunks - 1u, params.chunks) * params.width), sum = n + more;
        G difference = LOAD_G(partial, at) - mean;
        mean += difference * (more / sum);
        squares += LOAD_G(partial, total + at) + difference * difference * (n * more / sum);
        n = sum;
    }
    G variance = squares / max(n, 1.0);
    statistics.data[i] = mean;
    statistics.data[plane + i] = 1.0 / sqrt(variance + params.epsilon);
    statistics.data[2u * plane + i] = variance;
}
