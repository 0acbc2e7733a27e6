#version 450
#extension GL_GOOGLE_include_directive : require
// Weights that left [low, high] go back to its end; a NaN stays one.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) buffer Weight { vec4 data[]; } weight;
STEP_STATE(1)
#include "updates_nothing.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float low;
    float high;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 w = weight.data[i];
    w = mix(w, vec4(params.high), greaterThan(w, vec4(params.high)));
    weight.data[i] = mix(w, vec4(params.low), lessThan(w, vec4(params.low)));
}
