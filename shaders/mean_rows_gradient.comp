#version 450
#extension GL_GOOGLE_include_directive : require
// drows = dmean / live for live rows, 0 for the others.
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_state = 0u;

INPUT1(0, DMean, dmean)
STEP_STATE(1)
OUTPUT1(2, DRows, drows)
layout(push_constant) uniform Params { uint rows; } params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint live = has_state != 0u ? state.live_rows : params.rows;
    drows.data[row] = row < live ? LOAD1(dmean, 0) / float(max(live, 1u)) : 0.0;
}
