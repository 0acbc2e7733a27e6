#version 450
#extension GL_GOOGLE_include_directive : require
// The end of a step: counters go on unless the training has halted.
#include "common.glsl"
#include "step_state.glsl"
STEP_STATE_WRITE(0)
layout(push_constant) uniform Params {
    float beta1;
    float beta2;
} params;

void main() {
    if (invocation_index() != 0u || state.halted != 0u) return;
    state.step += 1u;
    state.epoch_step += 1u;
    state.random_counter += 1u;
    state.beta1_correction = state.beta1_correction * params.beta1 + (1.0 - params.beta1);
    state.beta2_correction = state.beta2_correction * params.beta2 + (1.0 - params.beta2);
    state.cursor += state.live_rows;
    state.live_rows = min(state.batch, state.samples - min(state.cursor, state.samples));
}
