#version 450
#extension GL_GOOGLE_include_directive : require
// Lion (Chen et al. 2023, algorithm 2): p -= rate sign(beta1 m + (1 - beta1) g), with decoupled decay;  m = beta2 m + (1 - beta2) g.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer Moment { vec4 data[]; } moment;
STEP_STATE(3)
#include "update.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float beta1;
    float beta2;
    float weight_decay;
    float clip;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 p = parameter.data[i];
    vec4 g = gradient_for(LOAD4(gradient, i), p, params.weight_decay, params.clip);
    vec4 m = moment.data[i];
    moment.data[i] = params.beta2 * m + (1.0 - params.beta2) * g;
    parameter.data[i] = decayed(p, params.weight_decay) - state.learning_rate * sign(params.beta1 * m + (1.0 - params.beta1) * g);
}
