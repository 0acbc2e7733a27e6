#version 450
#extension GL_GOOGLE_include_directive : require
// Pruned weights, whose mask is 0, are 0 again after an update.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) buffer Weight { vec4 data[]; } weight;
INPUT4(1, Mask, mask)
STEP_STATE(2)
#include "updates_nothing.glsl"
layout(push_constant) uniform Params { uint vectors; } params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    // Not a product, which would leave a NaN where it is.
    weight.data[i] = mix(weight.data[i], vec4(0.0), equal(LOAD4(mask, i), vec4(0.0)));
}
