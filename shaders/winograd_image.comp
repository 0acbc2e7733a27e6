#version 450
#extension GL_GOOGLE_include_directive : require
// Tiles of images [N,H,W,C] to their Winograd transform [REACH * REACH, tiles, C]; one invocation does one tile of one
// (vec4 of) channel(s). Tiles beyond the last one, which round their number up, are zeros, as is what lies outside.
//   input tiles of REACH pixels that overlap, or with OUTPUT_GRADIENT tiles of TILE pixels side by side.
#include "common.glsl"
#include "winograd.glsl"

INPUT(0, From, from)
OUTPUT(1, To, to)
layout(push_constant) uniform Params {
    uint batch, height, width, channels;  // channels in Ts
    uint tiles_h, tiles_w, tiles;         // of an image, and of all, rounded up
    int pad_top, pad_left;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.channels * params.tiles) return;
    uint at = i;
    uint c = take_axis(i, params.channels);
    uint tw = take_axis(i, params.tiles_w), th = take_axis(i, params.tiles_h), n = i;
#ifdef OUTPUT_GRADIENT
    const uint source = TILE;
#define MAP MAP_OUTPUT_GRADIENT
#else
    const uint source = REACH;
#define MAP MAP_INPUT
#endif
    T d[source * source], r[REACH * REACH];
    int h0 = int(th * TILE) - params.pad_top, w0 = int(tw * TILE) - params.pad_left;
    int image = int(min(n, params.batch - 1u) * params.height);
    UNROLL for (uint y = 0u; y < source; ++y) {
        int h = h0 + int(y);
        bool row_inside = n < params.batch && h >= 0 && h < int(params.height);
        int row = (image + clamp(h, 0, int(params.height) - 1)) * int(params.width);
        UNROLL for (uint x = 0u; x < source; ++x) {
            int w = w0 + int(x);
            T pixel = LOAD(from, (row + clamp(w, 0, int(params.width) - 1)) * int(params.channels) + int(c));
            d[y * source + x] = row_inside && w >= 0 && w < int(params.width) ? pixel : T(0.0);
        }
    }
    MAP_BOTH(MAP, r, REACH, d, source)
    UNROLL for (uint t = 0u; t < REACH * REACH; ++t) to.data[t * params.channels * params.tiles + at] = r[t];
}
