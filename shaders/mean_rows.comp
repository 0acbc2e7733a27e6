#version 450
#extension GL_GOOGLE_include_directive : require
// Mean over the live rows (all rows without a step state); one workgroup.
#include "common.glsl"
#include "group_sum.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_state = 0u;

INPUT1(0, Rows, rows)
STEP_STATE(1)
OUTPUT1(2, Mean, mean)
layout(push_constant) uniform Params { uint rows; } params;

void main() {
    float sum = 0.0;
    for (uint row = gl_LocalInvocationID.x; row < params.rows; row += group_size) sum += LOAD1(rows, row);
    sum = group_sum(sum);
    uint live = has_state != 0u ? state.live_rows : params.rows;
    if (gl_LocalInvocationID.x == 0u) mean.data[0] = sum / float(max(live, 1u));
}
