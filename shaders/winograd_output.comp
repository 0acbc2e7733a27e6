#version 450
#extension GL_GOOGLE_include_directive : require
// From products [REACH * REACH, tiles, O] to outputs [N,H,W,O] with bias and activation; one invocation does one tile of
// one (vec4 of) filter(s).
#include "common.glsl"
#include "activation.glsl"
#include "winograd.glsl"
layout(constant_id = 1) const uint has_bias = 0u;
layout(constant_id = 2) const uint activation = 0u;

INPUT(0, From, from)
INPUT(1, Bias, bias)
OUTPUT(2, Y, y)
layout(push_constant) uniform Params {
    uint batch, height, width, filters;  // filters in Ts
    uint tiles_h, tiles_w, tiles;        // of an image, and of all, rounded up
    float activation_parameter;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.filters * params.tiles_w * params.tiles_h * params.batch) return;
    uint at = i;
    uint o = take_axis(i, params.filters);
    uint tw = take_axis(i, params.tiles_w), th = take_axis(i, params.tiles_h), n = i;
    T d[REACH * REACH], r[TILE * TILE];
    UNROLL for (uint t = 0u; t < REACH * REACH; ++t) d[t] = LOAD(from, t * params.filters * params.tiles + at);
    MAP_BOTH(MAP_OUTPUT, r, TILE, d, REACH)
    T offset = has_bias != 0u ? LOAD(bias, o) : T(0.0);
    UNROLL for (uint p = 0u; p < TILE * TILE; ++p) {
        uint h = th * TILE + p / TILE, w = tw * TILE + p % TILE;
        if (h < params.height && w < params.width)
            y.data[((n * params.height + h) * params.width + w) * params.filters + o] =
                PACK(activate(activation, r[p] + offset, params.activation_parameter));
    }
}
