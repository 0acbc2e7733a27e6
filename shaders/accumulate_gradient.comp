#version 450
#extension GL_GOOGLE_include_directive : require
// Adds this batch's gradient, a mean over its live rows, to the sum over rows of the batches since the last update.
#include "common.glsl"
#include "step_state.glsl"
INPUT4(0, Gradient, gradient)
layout(set = 0, binding = 1, std430) buffer Sum { vec4 data[]; } sum;
STEP_STATE(2)
layout(push_constant) uniform Params { uint vectors; } params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || state.halted != 0u) return;
    float rows = float(state.live_rows);
    // The scale may change from batch to batch: it is taken out of each.
    if (state.loss_scale != 1.0) rows /= state.loss_scale;
    vec4 g = LOAD4(gradient, i) * rows;
    sum.data[i] = state.accumulated_steps == 0u ? g : sum.data[i] + g;
}
