#version 450
#extension GL_GOOGLE_include_directive : require
// y[i] = the recurrence v -> v * factor + addend, taken steps_per_turn * turns times from x[i]: what the device does in
// registers at best. Independent chains start around x[i], and their mean is its own chain, because the map is affine: so
// the result does not depend on how many there are, every one of them counts, and no compiler can tell.
// CHAINS: how many, of two numbers each. FMA: with fma() instead of a * b + c.
//
// Chains are variables of their own and steps are written out: some drivers keep arrays and loops as they are.
#include "common.glsl"

layout(set = 0, binding = 0, std430) readonly buffer X { vec2 data[]; } x;
layout(set = 0, binding = 1, std430) writeonly buffer Y { vec2 data[]; } y;
layout(push_constant) uniform Params {
    uint pairs;
    uint turns;
    float factor;
    float addend;
} params;

#ifdef FMA
#define STEP(c) c = fma(c, factor, addend);
#else
#define STEP(c) c = c * factor + addend;
#endif

#if CHAINS == 4
#define EACH(F) F(c0) F(c1) F(c2) F(c3)
#elif CHAINS == 5
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4)
#elif CHAINS == 6
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4) F(c5)
#elif CHAINS == 8
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4) F(c5) F(c6) F(c7)
#elif CHAINS == 10
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4) F(c5) F(c6) F(c7) F(c8) F(c9)
#elif CHAINS == 12
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4) F(c5) F(c6) F(c7) F(c8) F(c9) F(c10) F(c11)
#elif CHAINS == 14
#define EACH(F) F(c0) F(c1) F(c2) F(c3) F(c4) F(c5) F(c6) F(c7) F(c8) F(c9) F(c10) F(c11) F(c12) F(c13)
#endif
#define DECLARE(c) vec2 c = start; start += 0.25;
#define ADD(c) sum += c;

const uint steps_per_turn = 16u;  // engine/kernels/peak.h has the same number

void main() {
    uint i = invocation_index();
    if (i >= params.pairs) return;
    vec2 factor = vec2(params.factor), addend = vec2(params.addend);
    vec2 start = x.data[i] - 0.125 * float(CHAINS - 1);
    EACH(DECLARE)
    for (uint turn = 0u; turn < params.turns; ++turn) {
        UNROLL for (uint step = 0u; step < steps_per_turn; step += 8u) {
            EACH(STEP) EACH(STEP) EACH(STEP) EACH(STEP) EACH(STEP) EACH(STEP) EACH(STEP) EACH(STEP)
        }
    }
    vec2 sum = vec2(0.0);
    EACH(ADD)
    y.data[i] = sum / float(CHAINS);
}
