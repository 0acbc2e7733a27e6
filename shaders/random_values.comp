#version 450
#extension GL_GOOGLE_include_directive : require
// Random numbers of (seed, counter, stream, index): uniform in [0, 1), or normal with mean 0 and deviation 1 as
// sqrt(2) erfinv(x) of a uniform x in (-1, 1), by the series of Giles 2012, "Approximating the erfinv function", GPU
// Computing Gems. A cosine, as Box and Muller need it, may be coarse on a device; a logarithm is not.
#include "common.glsl"
#include "random.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint is_normal = 0u;
STEP_STATE(0)
OUTPUT4(1, Y, y)
layout(push_constant) uniform Params {
    uint vectors;
    uint stream;
} params;

#define HORNER(coefficient) p = p * w + coefficient

float normal_of(uint word) {
    // 23 bits and a half: every x, 1 - x and 1 + x is exact in single precision, and x is never 1.
    float x = (float(word >> 9u) + 0.5) * (1.0 / 4194304.0) - 1.0;
    float w = -log((1.0 - x) * (1.0 + x)), p;
    if (w < 5.0) {
        w -= 2.5;
        p = 2.81022636e-08;
        HORNER(3.43273939e-07);
        HORNER(-3.5233877e-06);
        HORNER(-4.39150654e-06);
        HORNER(0.00021858087);
        HORNER(-0.00125372503);
        HORNER(-0.00417768164);
        HORNER(0.246640727);
        HORNER(1.50140941);
    } else {
        w = sqrt(w) - 3.0;
        p = -0.000200214257;
        HORNER(0.000100950558);
        HORNER(0.00134934322);
        HORNER(-0.00367342844);
        HORNER(0.00573950773);
        HORNER(-0.0076224613);
        HORNER(0.00943887047);
        HORNER(1.00167406);
        HORNER(2.83297682);
    }
    return 1.41421356 * p * x;
}

void main() {
    uint i = invocation_index();
    if (i >= params.vectors) return;
    vec4 v;
    for (uint lane = 0u; lane < 4u; ++lane) {
        uint word = random_word(state.seed, state.random_counter, params.stream, i * 4u + lane);
        v[lane] = is_normal != 0u ? normal_of(word) : float(word >> 8u) * (1.0 / 16777216.0);
    }
    y.data[i] = v;
}
