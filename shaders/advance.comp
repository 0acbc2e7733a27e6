#version 450
#extension GL_GOOGLE_include_directive : require
// The end of a step: counters go on unless the training has halted; after an update, so do the powers of the betas and
// the learning rate.
#include "common.glsl"
#include "step_state.glsl"
#include "schedule.glsl"
STEP_STATE_WRITE(0)
layout(push_constant) uniform Params {
    float beta1;
    float beta2;
    SCHEDULE_MEMBERS
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
    if (state.accumulated_steps == 0u && state.overflow == 0u) {
        state.updates += 1u;
        state.beta1_correction = state.beta1_correction * params.beta1 + (1.0 - params.beta1);
        state.beta2_correction = state.beta2_correction * params.beta2 + (1.0 - params.beta2);
        if (params.kind != 0u || params.warmup != 0u) {
            uint t = state.updates - state.schedule_start;
            float factor = 1.0;
            if (t < params.warmup) factor = float(t + 1u) / float(params.warmup);
            uint after = t < params.warmup ? 0u : t - params.warmup;
            if (params.kind == 1u) factor *= exp2(float(quotient(after, uint(params.period))) * params.log2_factor);
            if (params.kind == 2u) factor *= exp2(float(after) / params.period * params.log2_factor);
            if (params.kind == 3u) factor *= cosine_curve(float(after), params.peak, params.fall, params.first, params.last);
            state.learning_rate = state.base_learning_rate * factor;
        }
    }
    if (params.growth_steps != 0u) move_scale();
    state.cursor += state.live_rows;
    state.live_rows = min(state.batch, state.samples - min(state.cursor, state.samples));
}
