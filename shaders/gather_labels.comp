#version 450
#extension GL_GOOGLE_include_directive : require
// Labels of the batch; rows that are no samples get no_label. With ONE_HOT a row of `classes` numbers, all 0 for those.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) readonly buffer Labels { uint data[]; } labels;
layout(set = 0, binding = 1, std430) readonly buffer Order { uint data[]; } order;
STEP_STATE(2)
#ifdef ONE_HOT
layout(set = 0, binding = 3, std430) writeonly buffer Rows { float data[]; } rows;
#else
layout(set = 0, binding = 3, std430) writeonly buffer Rows { uint data[]; } rows;
#endif
layout(push_constant) uniform Params {
    uint rows;
    uint classes;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint label = 0xFFFFFFFFu;
    if (row < state.live_rows) label = labels.data[order.data[state.cursor + row]];
#ifdef ONE_HOT
    for (uint c = 0u; c < params.classes; ++c) rows.data[row * params.classes + c] = c == label ? 1.0 : 0.0;
#else
    rows.data[row] = label;
#endif
}
