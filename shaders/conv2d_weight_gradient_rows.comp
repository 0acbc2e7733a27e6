#version 450
#extension GL_GOOGLE_include_directive : require
// Weight gradient with one group, stride 1 along the width and filters % 4 == 0, or any number of them where ANY_FILTERS is
// defined. One invocation sums, for four filters, `tile_h` kernel rows times all kernel columns times one channel (four where
// CHANNELS4 is defined) over the output rows (n, oh) of its split; the input slides through registers.
// partial[split, i, j, c, o], with room for a multiple of four filters; with has_bias a split has one more row, the sums of dy.
#include "common.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint tile_h = 1u;
layout(constant_id = 2) const uint kernel_w = 3u;
layout(constant_id = 3) const uint padded = 0u;
// Columns per round of the loop: kernel_w saves the moves of the window, 1 saves registers.
layout(constant_id = 4) const uint turns = 1u;
layout(constant_id = 5) const uint has_bias = 0u;

#ifdef CHANNELS4
INPUT4(0, X, x)
#define LOADX(index) LOAD4(x, index)
#define XT vec4
const uint lanes = 4u;
#else
INPUT1(0, X, x)
#define LOADX(index) LOAD1(x, index)
#define XT float
const uint lanes = 1u;
#endif
#ifdef ANY_FILTERS
INPUT1(1, DY, dy)
#define DY_STEP params.filters
#define LOAD_DY vec4(LOAD1(dy, dy_at + lane_at.x), LOAD1(dy, dy_at + lane_at.y), LOAD1(dy, dy_at + lane_at.z), LOAD1(dy, dy_at + lane_at.w))
#else
INPUT4(1, DY, dy)
#define DY_STEP filter_vectors
#define LOAD_DY LOAD4(dy, dy_at)
#endif
OUTPUT4(2, Partial, partial)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    uint splits;
    uint rows_per_split;
} params;

vec4 sum[tile_h * kernel_w * lanes];
vec4 dy_sum;
XT window[tile_h * kernel_w];
int row_at[tile_h];

// Macros, because a function would copy the arrays.
#define FETCH(i, slot, column) {                                                                              \
        int w = column;                                                                                       \
        XT pixel = LOADX(row_at[i] + (padded != 0u ? clamp(w, 0, int(params.width) - 1) : w) * int(channel_steps)); \
        if (padded != 0u && (w < 0 || w >= int(params.width) || !inside[i])) pixel = XT(0.0);                 \
        window[(i) * kernel_w + (slot)] = pixel;                                                              \
    }
#ifdef CHANNELS4
#define ADD_TAP(i, j, pixel) \
    UNROLL for (uint lane = 0u; lane < 4u; ++lane) sum[((i) * kernel_w + (j)) * 4u + lane] += pixel[lane] * g;
#else
#define ADD_TAP(i, j, pixel) sum[(i) * kernel_w + (j)] += pixel * g;
#endif
// The output at column ow + turn; the window has been turned `turn` times.
#define STEP(turn) {                                                                                          \
        vec4 g = LOAD_DY;                                                                                     \
        dy_at += DY_STEP;                                                                                     \
        if (has_bias != 0u) dy_sum += g;                                                                      \
        UNROLL for (uint i = 0u; i < tile_h; ++i) {                                                           \
            FETCH(i, (kernel_w - 1u + (turn)) % kernel_w, int(ow + (turn) + kernel_w - 1u) - params.pad_left) \
            UNROLL for (uint j = 0u; j < kernel_w; ++j) ADD_TAP(i, j, window[i * kernel_w + (j + (turn)) % kernel_w]) \
        }                                                                                                     \
    }

void main() {
    uint filter_vectors = (params.filters + 3u) / 4u, channel_steps = params.channels / lanes;
    uint tiles_h = (params.kernel_h + tile_h - 1u) / tile_h;
    uint index = invocation_index();
    if (index >= filter_vectors * channel_steps * tiles_h * params.splits) return;
    uint o = take_axis(index, filter_vectors);
    uint c = take_axis(index, channel_steps);
    uint i0 = take_axis(index, tiles_h) * tile_h;
    uint split = index;
#ifdef ANY_FILTERS
    // Filters in the room are sums of some other's dy, which nobody reads.
    uvec4 lane_at = min(o * 4u + uvec4(0u, 1u, 2u, 3u), uvec4(params.filters - 1u));
#endif

    dy_sum = vec4(0.0);
    UNROLL for (uint t = 0u; t < tile_h * kernel_w * lanes; ++t) sum[t] = vec4(0.0);
    uint end = min((split + 1u) * params.rows_per_split, params.batch * params.out_h);
    for (uint out_row = split * params.rows_per_split; out_row < end; ++out_row) {
        uint n = out_row, oh = take_axis(n, params.out_h);
        int h0 = int(oh * params.stride_h + i0 * params.dilation_h) - params.pad_top;
        bool inside[tile_h];
        UNROLL for (uint i = 0u; i < tile_h; ++i) {
            int h = h0 + int(i * params.dilation_h);
            inside[i] = padded == 0u || (h >= 0 && h < int(params.height));
            row_at[i] = ((int(n * params.height) + clamp(h, 0, int(params.height) - 1)) * int(params.width)) * int(channel_steps) + int(c);
            UNROLL for (uint j = 0u; j < kernel_w - 1u; ++j) FETCH(i, j, int(j) - params.pad_left)
        }
#ifdef ANY_FILTERS
        uint dy_at = out_row * params.out_w * params.filters;
#else
        uint dy_at = out_row * params.out_w * filter_vectors + o;
#endif
        uint ow = 0u;
        // A whole turn of the window at a time: after kernel_w steps every pixel is back in its place, and none was moved.
        if (turns == kernel_w)
            for (; ow + kernel_w <= params.out_w; ow += kernel_w)
                UNROLL for (uint turn = 0u; turn < kernel_w; ++turn) STEP(turn)
        for (; ow < params.out_w; ++ow) {
            STEP(0u)
            UNROLL for (uint i = 0u; i < tile_h; ++i)
                UNROLL for (uint j = 0u; j < kernel_w - 1u; ++j) window[i * kernel_w + j] = window[i * kernel_w + j + 1u];
        }
    }

    uint weights = params.kernel_h * kernel_w * params.channels, rows = weights + has_bias;
    if (has_bias != 0u && c == 0u && i0 == 0u) partial.data[(split * rows + weights) * filter_vectors + o] = dy_sum;
    // No `continue`: some drivers unroll no loop with one.
    UNROLL for (uint i = 0u; i < tile_h; ++i)
        if (i0 + i < params.kernel_h)
            UNROLL for (uint j = 0u; j < kernel_w; ++j)
                UNROLL for (uint lane = 0u; lane < lanes; ++lane) {
                    uint weight = ((i0 + i) * kernel_w + j) * params.channels + c * lanes + lane;
                    partial.data[(split * rows + weight) * filter_vectors + o] = sum[(i * kernel_w + j) * lanes + lane];
                }
}
