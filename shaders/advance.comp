#version 450
#extension GL_GOOGLE_include_directive : require
// The end of a step: counters go on unless the training has halted.
#include "common.glsl"
#include "step_state.glsl"
STEP_STATE_WRITE(0)
layout(push_constant) uniform Params {
    float beta1;
    float beta2;
    uint growth_steps;  // good steps until the loss scale doubles; 0: the loss is not scaled
} params;
const float largest_scale = 16777216.0;

/// Halves the scale after an overflow, which no update came of, and doubles it after many good steps.
void move_scale() {
    if (state.overflow != 0u) {
        state.loss_scale = max(0.5 * state.loss_scale, 1.0);
        state.skipped_steps += 1u;
        state.overflow = 0u;
        state.good_steps = 0u;
    } else if (state.good_steps + 1u == params.growth_steps) {
        state.loss_scale = min(2.0 * state.loss_scale, largest_scale);
        state.good_steps = 0u;
    } else {
        state.good_steps += 1u;
    }
}

void main() {
    if (invocation_index() != 0u || state.halted != 0u) return;
    state.step += 1u;
    state.epoch_step += 1u;
    state.random_counter += 1u;
    if (state.overflow == 0u) {
        state.beta1_correction = state.beta1_correction * params.beta1 + (1.0 - params.beta1);
        state.beta2_correction = state.beta2_correction * params.beta2 + (1.0 - params.beta2);
    }
    if (params.growth_steps != 0u) move_scale();
    state.cursor += state.live_rows;
    state.live_rows = min(state.batch, state.samples - min(state.cursor, state.samples));
}
