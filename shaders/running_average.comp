#version 450
#extension GL_GOOGLE_include_directive : require
// average += momentum * (value - average), for the batch's means and its unbiased variances; not of a halted step.
#include "common.glsl"
#include "step_state.glsl"
#include "live_rows.glsl"
layout(constant_id = 1) const uint has_state = 0u;

INPUT1(0, Statistics, statistics)
STEP_STATE(1)
layout(set = 0, binding = 2, std430) buffer Mean { float data[]; } mean;
layout(set = 0, binding = 3, std430) buffer Variance { float data[]; } variance;
layout(push_constant) uniform Params {
    uint channels;
    uint rows;
    uint sample_rows;
    float momentum;
} params;

void main() {
    uint c = invocation_index();
    if (c >= params.channels) return;
    uint live = LIVE_ROWS;
    if (live == 0u || (has_state != 0u && state.halted != 0u)) return;
    // Of one row the variance is 0 whatever it is divided by.
    float unbiased = LOAD1(statistics, 2u * params.channels + c) * (float(live) / float(max(live - 1u, 1u)));
    mean.data[c] += params.momentum * (LOAD1(statistics, c) - mean.data[c]);
    variance.data[c] += params.momentum * (unbiased - variance.data[c]);
}
