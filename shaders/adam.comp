#version 450
#extension GL_GOOGLE_include_directive : require
// Adam (Kingma and Ba 2015, algorithm 1): the bias corrections 1 - beta^t come from the step state, which advances them
// once per step; as differences from 1 they keep the digits that powers near 1 would lose. A no-op once halted.
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint scaled = 0u;  // the gradients are of the loss times the state's scale
layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer First { vec4 data[]; } first;
layout(set = 0, binding = 3, std430) buffer Second { vec4 data[]; } second;
STEP_STATE(4)
layout(push_constant) uniform Params {
    uint vectors;
    float beta1;
    float beta2;
    float epsilon;
    float weight_decay;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || state.halted != 0u) return;
    if (scaled != 0u && state.overflow != 0u) return;
    vec4 p = parameter.data[i];
    vec4 g = LOAD4(gradient, i);
    if (scaled != 0u) g /= state.loss_scale;
    g += params.weight_decay * p;
    vec4 m = params.beta1 * first.data[i] + (1.0 - params.beta1) * g;
    vec4 v = params.beta2 * second.data[i] + (1.0 - params.beta2) * g * g;
    first.data[i] = m;
    second.data[i] = v;
    float rate = state.learning_rate / (state.beta1_correction * params.beta1 + (1.0 - params.beta1));
    // A root and a division: inversesqrt has as few as 12 bits on some CPU drivers.
    float correction = sqrt(state.beta2_correction * params.beta2 + (1.0 - params.beta2));
    parameter.data[i] = p - rate * m / (sqrt(v) / correction + params.epsilon);
}
