#version 450
#extension GL_GOOGLE_include_directive : require
// Exponential moving average of the parameters: a += (1 - decay) (p - a); the first update's parameters begin it.
#include "common.glsl"
#include "step_state.glsl"
INPUT4(0, Parameter, parameter)
layout(set = 0, binding = 1, std430) buffer Average { vec4 data[]; } average;
STEP_STATE(2)
#include "updates_nothing.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float decay;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 p = LOAD4(parameter, i);
    vec4 a = average.data[i];
    average.data[i] = state.updates == 0u ? p : a + (1.0 - params.decay) * (p - a);
}
