#version 450
#extension GL_GOOGLE_include_directive : require
// Inverted dropout: y = x / (1 - rate) where the random number of (seed, counter, stream, index) is at least rate,
// otherwise 0. The same call on dy is its gradient.
#include "common.glsl"
#include "random.glsl"
#include "step_state.glsl"
INPUT4(0, X, x)
STEP_STATE(1)
OUTPUT4(2, Y, y)
layout(push_constant) uniform Params {
    uint vectors;
    uint stream;
    float rate;
    float factor;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    vec4 v = LOAD4(x, i) * params.factor;
    for (uint lane = 0u; lane < 4u; ++lane)
        if (random_unit(state.seed, state.random_counter, params.stream, i * 4u + lane) < params.rate) v[lane] = 0.0;
    y.data[i] = PACK(v);
}
