#version 450
#extension GL_GOOGLE_include_directive : require
// v = momentum v + g;  p -= rate (nesterov ? g + momentum v : v), with g including weight_decay p.
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_momentum = 0u;
layout(constant_id = 2) const uint nesterov = 0u;

layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer Velocity { vec4 data[]; } velocity;
STEP_STATE(3)
#include "update.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float momentum;
    float weight_decay;
    float clip;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 p = parameter.data[i];
    vec4 g = gradient_for(LOAD4(gradient, i), p, params.weight_decay, params.clip);
    if (has_momentum != 0u) {
        vec4 v = params.momentum * velocity.data[i] + g;
        velocity.data[i] = v;
        g = nesterov != 0u ? g + params.momentum * v : v;
    }
    parameter.data[i] = decayed(p, params.weight_decay) - state.learning_rate * g;
}
