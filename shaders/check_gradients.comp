#version 450
#extension GL_GOOGLE_include_directive : require
// Notes in the step state that a gradient is not finite, so that the update is skipped. At a scale of 1 nothing is: what is
// not finite then is so without scaling, and must show. Compared as bits: drivers may assume that floats are finite.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) readonly buffer Gradient { uvec4 data[]; } gradient;
STEP_STATE_WRITE(1)
layout(push_constant) uniform Params { uint elements; } params;

void main() {
    uint i = invocation_index();
    if (i * 4u >= params.elements || state.halted != 0u || !(state.loss_scale > 1.0)) return;
    uvec4 exponents = gradient.data[i] & 0x7f800000u;
    for (uint lane = 0u; lane < 4u; ++lane)  // what lies in the pad may be anything
        if (i * 4u + lane < params.elements && exponents[lane] == 0x7f800000u) state.overflow = 1u;  // all write the same
}
