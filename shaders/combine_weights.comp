#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of a split weight gradient whose partial sums have rows of a multiple of four filters:
// dweight[w, f] = sum over s of partial[s, w, f]; the sums of dy, if there are any, are one more row.
#include "common.glsl"
layout(constant_id = 1) const uint has_bias = 0u;

INPUT1(0, Partial, partial)
OUTPUT1(1, DWeight, dweight)
OUTPUT1(2, DBias, dbias)
layout(push_constant) uniform Params {
    uint weights;
    uint filters;
    uint row;  // filters with their room
    uint splits;
} params;

void main() {
    uint i = invocation_index();
    uint weight = i, filter_at = take_axis(weight, params.filters), rows = params.weights + has_bias;
    if (weight >= rows) return;
    float sum = 0.0;
    for (uint s = 0u; s < params.splits; ++s) sum += LOAD1(partial, (s * rows + weight) * params.row + filter_at);
    if (weight < params.weights) dweight.data[i] = sum;
    else dbias.data[filter_at] = sum;
}
