#version 450
#extension GL_GOOGLE_include_directive : require
// The end of the way forward and the beginning of the way back in one workgroup: softmax with cross-entropy, its mean over
// the live rows, the count of rows that are right, the step's record, and the gradient of the logits. What cross_entropy,
// mean_rows, correct_rows, record_step, mean_rows_gradient and cross_entropy_gradient do, in the same order of additions.
// Logits are always read as texels: storage buffers may be four.
#include "common.glsl"
#include "group_sum.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint ring_entries = 1024u;
layout(constant_id = 2) const uint has_gradient = 0u;

INPUT1(0, Logits, logits)
layout(set = 0, binding = 1, std430) readonly buffer Labels { uint data[]; } labels;
STEP_STATE_WRITE(2)
struct Record {
    uint step;
    float loss;
    uint correct;
    uint live_rows;
};
layout(set = 0, binding = 3, std430) writeonly buffer Ring { Record data[]; } ring;
OUTPUT1(4, DLogits, dlogits)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    float loss = 0.0, correct = 0.0;
    uint live_rows = state.live_rows;
    float share = 1.0 / float(max(live_rows, 1u));
    for (uint row = gl_LocalInvocationID.x; row < params.rows; row += group_size) {
        uint base = row * params.columns, best = 0u;
        uint label = labels.data[row];
        bool live = label < params.columns;
        float top = LOAD1(logits, base);
        for (uint c = 1u; c < params.columns; ++c) {
            float v = LOAD1(logits, base + c);
            if (v > top) best = c;
            top = max(top, v);
        }
        float sum = 0.0;
        for (uint c = 0u; c < params.columns; ++c) sum += exp(LOAD1(logits, base + c) - top);
        if (live) loss += top + log(sum) - LOAD1(logits, base + label);
        if (best == label) correct += 1.0;
        if (has_gradient != 0u)
            for (uint c = 0u; c < params.columns; ++c) {
                float p = exp(LOAD1(logits, base + c) - top) / sum;
                dlogits.data[base + c] = live ? (p - (c == label ? 1.0 : 0.0)) * (row < live_rows ? share : 0.0) : 0.0;
            }
    }
    loss = group_sum(loss);
    correct = group_sum(correct);
    if (gl_LocalInvocationID.x != 0u || state.halted != 0u) return;
    float mean = loss / float(max(live_rows, 1u));
    ring.data[state.step % ring_entries] = Record(state.step, mean, uint(correct + 0.5), live_rows);
    // Compared as bits: drivers may assume that floats are finite.
    if ((floatBitsToUint(mean) & 0x7f800000u) == 0x7f800000u) state.halted = 1u;
}
