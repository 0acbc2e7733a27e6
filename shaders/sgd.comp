#version 450
#extension GL_GOOGLE_include_directive : require
// v = momentum v + g;  p -= rate (nesterov ? g + momentum v : v), with g including weight_decay p. A no-op once halted.
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_momentum = 0u;
layout(constant_id = 2) const uint nesterov = 0u;
layout(constant_id = 3) const uint scaled = 0u;  // the gradients are of the loss times the state's scale

layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer Velocity { vec4 data[]; } velocity;
STEP_STATE(3)
layout(push_constant) uniform Params {
    uint vectors;
    float momentum;
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
    if (has_momentum != 0u) {
        vec4 v = params.momentum * velocity.data[i] + g;
        velocity.data[i] = v;
        g = nesterov != 0u ? g + params.momentum * v : v;
    }
    parameter.data[i] = p - state.learning_rate * g;
}
