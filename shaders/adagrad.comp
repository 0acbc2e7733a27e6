#version 450
#extension GL_GOOGLE_include_directive : require
// AdaGrad (Duchi, Hazan and Singer 2011): s = s + g g;  p -= rate g / (sqrt(s) + epsilon). Sums begin at `initial`, which
// is added here, because memory begins as zeros.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) buffer Parameter { vec4 data[]; } parameter;
INPUT4(1, Gradient, gradient)
layout(set = 0, binding = 2, std430) buffer Sum { vec4 data[]; } sum;
STEP_STATE(3)
#include "update.glsl"
layout(push_constant) uniform Params {
    uint vectors;
    float epsilon;
    float initial;
    float weight_decay;
    float clip;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors || updates_nothing()) return;
    vec4 p = parameter.data[i];
    vec4 g = gradient_for(LOAD4(gradient, i), p, params.weight_decay, params.clip);
    vec4 s = sum.data[i] + g * g;
    sum.data[i] = s;
    parameter.data[i] = decayed(p, params.weight_decay) - state.learning_rate * g / (sqrt(s + params.initial) + params.epsilon);
}
