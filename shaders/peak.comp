#version 450
#extension GL_GOOGLE_include_directive : require
// y[i] = the recurrence v -> v * factor + addend, taken steps_per_turn * turns times from x[i]: what the device does in
// registers at best. Independent chains start around x[i], and their mean is its own chain, because the map is affine: so
// the result does not depend on how many there are, every one of them counts, and no compiler can tell.
#include "common.glsl"
layout(constant_id = 1) const uint chains = 4u;  // of four numbers each
layout(constant_id = 2) const uint use_fma = 0u;

INPUT4(0, X, x)
OUTPUT4(1, Y, y)
layout(push_constant) uniform Params {
    uint vectors;
    uint turns;
    float factor;
    float addend;
} params;

const uint steps_per_turn = 16u;  // engine/kernels/peak.h has the same number

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    vec4 factor = vec4(params.factor), addend = vec4(params.addend);
    vec4 start = LOAD4(x, i);
    vec4 chain[chains];
    UNROLL for (uint c = 0u; c < chains; ++c) chain[c] = start + 0.25 * (float(c) - 0.5 * float(chains - 1u));
    for (uint turn = 0u; turn < params.turns; ++turn) {
        UNROLL for (uint step = 0u; step < steps_per_turn; ++step)
            UNROLL for (uint c = 0u; c < chains; ++c)
                chain[c] = use_fma != 0u ? fma(chain[c], factor, addend) : chain[c] * factor + addend;
    }
    vec4 sum = vec4(0.0);
    UNROLL for (uint c = 0u; c < chains; ++c) sum += chain[c];
    y.data[i] = sum / float(chains);
}
