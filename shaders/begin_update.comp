#version 450
#extension GL_GOOGLE_include_directive : require
// Before an update: counts accumulated batches, decides whether this step updates, and by what its gradients are
// multiplied: 1 / rows where they are sums over rows, otherwise 1 / loss_scale, and min(1, clip / (norm + 1e-6)) of the norm
// over all of them. An overflow drops what was accumulated, too: the next batch begins anew.
#include "common.glsl"
#include "group_sum.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_norm = 0u;
INPUT1(0, Partial, partial)
STEP_STATE_WRITE(1)
layout(push_constant) uniform Params {
    uint partials;
    uint accumulate;  // batches per update
    float clip_norm;
} params;

void main() {
    float squares = 0.0;
    if (has_norm != 0u) {
        for (uint i = gl_LocalInvocationID.x; i < params.partials; i += group_size) squares += LOAD1(partial, i);
        squares = group_sum(squares);
    }
    if (gl_LocalInvocationID.x != 0u || state.halted != 0u) return;
    if (state.overflow != 0u) {
        state.accumulated_rows = state.accumulated_steps = 0u;
        return;
    }
    float scale = 1.0;
    if (params.accumulate <= 1u) {
        if (state.loss_scale != 1.0) scale = 1.0 / state.loss_scale;
    } else {
        uint rows = state.accumulated_rows + state.live_rows;
        uint steps = state.accumulated_steps + 1u;
        // What is left at the end of an epoch makes an update of its own.
        bool complete = steps == params.accumulate || state.cursor + state.live_rows >= state.samples;
        state.accumulated_rows = complete ? 0u : rows;
        state.accumulated_steps = complete ? 0u : steps;
        scale = 1.0 / float(max(rows, 1u));
    }
    if (has_norm != 0u) {
        float norm = sqrt(squares) * scale;
        if (norm + 1e-6 > params.clip_norm) scale *= params.clip_norm / (norm + 1e-6);
    }
    state.gradient_scale = scale;
}
