#version 450
#extension GL_GOOGLE_include_directive : require
// RMSprop (Hinton 2012, lecture 6e), as PyTorch has it: v = a v + (1 - a) g g;  u = g / (sqrt(v) + epsilon);
// with momentum b = momentum b + u, which takes the place of u;  p -= rate u.
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_momentum = 0u;
layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer Mean { vec4 data[]; } mean;
layout(set = 0, binding = 3, std430) buffer Velocity { vec4 data[]; } velocity;
STEP_STATE(4)
#include "update.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float decay;
    float epsilon;
    float momentum;
    float weight_decay;
    float clip;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 p = parameter.data[i];
    vec4 g = gradient_for(LOAD4(gradient, i), p, params.weight_decay, params.clip);
    vec4 v = params.decay * mean.data[i] + (1.0 - params.decay) * g * g;
    mean.data[i] = v;
    vec4 u = g / (sqrt(v) + params.epsilon);
    if (has_momentum != 0u) {
        u += params.momentum * velocity.data[i];
        velocity.data[i] = u;
    }
    parameter.data[i] = decayed(p, params.weight_decay) - state.learning_rate * u;
}
