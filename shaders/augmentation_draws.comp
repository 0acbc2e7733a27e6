#version 450
#extension GL_GOOGLE_include_directive : require
// What happens to each picture of the batch, 12 numbers per row (engine/reference/augment.h says which), from random numbers
// of (seed, counter, stream, 32 * row + k).
#include "common.glsl"
#include "random.glsl"
#include "step_state.glsl"
STEP_STATE(0)
OUTPUT1(1, Draws, draws)
layout(push_constant) uniform Params {
    uint rows;
    uint height;
    uint width;
    uint stream;
    float flip;
    float flip_vertical;
    uint crop;
    float rotate;  // radians
    float scale;
    float translate;
    float brightness;  // in the images' units
    float contrast;
    float saturation;
    uint cutout;
    float mixup;
} params;

// Own series: a driver's sine may be off by 5e-4, which is a visible part of a pixel at the border of a large picture.
vec2 cosine_and_sine(float angle) {
    float h = 0.5 * angle, q = h * h;
    float s = h * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0 - q / 39916800.0)))));
    float c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 + q * (-1.0 / 3628800.0 + q / 479001600.0)))));
    return vec2(1.0 - 2.0 * s * s, 2.0 * s * c);
}

uint word_of(uint row, uint k) { return random_word(state.seed, state.random_counter, params.stream, row * 32u + k); }
float unit_of(uint row, uint k) { return random_unit(state.seed, state.random_counter, params.stream, row * 32u + k); }
float signed_of(uint row, uint k) { return 2.0 * unit_of(row, k) - 1.0; }
float whole_shift(uint row, uint k) { return float(int(word_of(row, k) % (2u * params.crop + 1u)) - int(params.crop)); }

// Beta(a, a) by two powers of uniform numbers whose sum is at most 1 (Johnk 1964); the larger share. By logarithms: the powers
// themselves may be too small for a float.
float mixing_share(uint row) {
    for (uint k = 0u; k < 64u; ++k) {
        uint at = row * 128u + 2u * k;
        float u = random_unit(state.seed, state.random_counter, params.stream + 1u, at);
        float v = random_unit(state.seed, state.random_counter, params.stream + 1u, at + 1u);
        float x = log(max(u, 1e-9)) / params.mixup, y = log(max(v, 1e-9)) / params.mixup;
        if (exp(x) + exp(y) <= 1.0) return 1.0 / (1.0 + exp(-abs(x - y)));
    }
    return 0.5;
}

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    vec2 mirror = vec2(unit_of(row, 0u) < params.flip ? -1.0 : 1.0, unit_of(row, 1u) < params.flip_vertical ? -1.0 : 1.0);
    vec2 turn = params.rotate == 0.0 ? vec2(1.0, 0.0) : cosine_and_sine(params.rotate * signed_of(row, 2u));
    if (params.scale != 0.0) turn /= 1.0 + params.scale * signed_of(row, 3u);
    vec2 size = vec2(float(params.width), float(params.height));
    vec2 move = vec2(whole_shift(row, 4u), whole_shift(row, 5u)) + params.translate * size * vec2(signed_of(row, 6u), signed_of(row, 7u));
    vec2 across = mirror * vec2(turn.x, -turn.y), down = mirror * vec2(turn.y, turn.x);
    vec2 centre = 0.5 * (size - 1.0);
    vec2 offset = centre + move - across * centre.x - down * centre.y;
    uint at = row * 12u;
    draws.data[at] = across.x;
    draws.data[at + 1u] = down.x;
    draws.data[at + 2u] = offset.x;
    draws.data[at + 3u] = across.y;
    draws.data[at + 4u] = down.y;
    draws.data[at + 5u] = offset.y;
    draws.data[at + 6u] = params.brightness * signed_of(row, 8u);
    draws.data[at + 7u] = 1.0 + params.contrast * signed_of(row, 9u);
    draws.data[at + 8u] = 1.0 + params.saturation * signed_of(row, 10u);
    draws.data[at + 9u] = float(int(word_of(row, 11u) % params.width) - int(params.cutout / 2u));
    draws.data[at + 10u] = float(int(word_of(row, 12u) % params.height) - int(params.cutout / 2u));
    draws.data[at + 11u] = params.mixup == 0.0 ? 1.0 : mixing_share(row);
}
