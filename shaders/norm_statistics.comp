#version 450
#extension GL_GOOGLE_include_directive : require
// Mean and sum of squared deviations of the rows chunk, chunk + chunks, .. of one group: partial [2, outer, chunks, groups].
// Sums are of the differences from the chunk's first value, so that a mean far from zero costs no precision.
#include "norm_geometry.glsl"

INPUT(0, X, x)
STEP_STATE(1)
OUTPUT_G(2, Partial, partial)
layout(push_constant) uniform Params {
    NORM_MEMBERS
    uint chunks;
} params;

void main() {
    uint i = invocation_index(), total = params.outer * params.chunks * params.groups;
    if (i >= total) return;
    uint outer = i;
    uint group = take_axis(outer, params.groups), chunk = take_axis(outer, params.chunks);
    uint channels = params.groups * params.width, base = outer * params.rows * channels + group * params.width;
    uint end = LIVE_ROWS;
    G origin = FIRST(LOAD(x, base + chunk * channels));
    T sum = T(0.0), squares = T(0.0);
    uint count = 0u;
    for (uint row = chunk; row < end; row += params.chunks) {
        uint at = base + row * channels;
        for (uint k = 0u; k < params.width; ++k) {
            T difference = LOAD(x, at + k) - T(origin);
            sum += difference;
            squares += difference * difference;
        }
        ++count;
    }
    float n = float(max(count * params.width * LANES, 1u));
    G group_sum = TOTAL(sum);
    partial.data[i] = origin + group_sum / n;
    partial.data[total + i] = max(TOTAL(squares) - group_sum * group_sum / n, G(0.0));
}
