#version 450
#extension GL_GOOGLE_include_directive : require
// Writes the step's record into the ring and halts the training if the loss is not finite; one workgroup.
#include "common.glsl"
#include "group_sum.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint ring_entries = 1024u;

INPUT1(0, Loss, loss)
INPUT1(1, Correct, correct)
STEP_STATE_WRITE(2)
struct Record {
    uint step;
    float loss;
    uint correct;
    uint live_rows;
};
layout(set = 0, binding = 3, std430) writeonly buffer Ring { Record data[]; } ring;
layout(push_constant) uniform Params { uint rows; } params;

void main() {
    float sum = 0.0;
    for (uint row = gl_LocalInvocationID.x; row < params.rows; row += group_size) sum += LOAD1(correct, row);
    sum = group_sum(sum);
    if (gl_LocalInvocationID.x != 0u || state.halted != 0u) return;
    float mean = LOAD1(loss, 0);
    ring.data[state.step % ring_entries] = Record(state.step, mean, uint(sum + 0.5), state.live_rows);
    // Compared as bits: drivers may assume that floats are finite.
    if ((floatBitsToUint(mean) & 0x7f800000u) == 0x7f800000u) state.halted = 1u;
}
