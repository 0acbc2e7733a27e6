#version 450
#extension GL_GOOGLE_include_directive : require
// Weight gradient with one group, stride 1 along the width and filters % 4 == 0. One invocation sums, for four filters,
// `tile_h` kernel rows times all kernel columns times one channel (four where CHANNELS4 is defined) over the output
// rows (n, oh) of its split; the input slides through registers. partial[split, i, j, c, o].
#include "common.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint tile_h = 1u;
layout(constant_id = 2) const uint kernel_w = 3u;
layout(constant_id = 3) const uint padded = 0u;

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
INPUT4(1, DY, dy)
OUTPUT4(2, Partial, partial)
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    uint splits;
    uint rows_per_split;
} params;

void main() {
    uint filter_vectors = params.filters / 4u, channel_steps = params.channels / lanes;
    uint tiles_h = (params.kernel_h + tile_h - 1u) / tile_h;
    uint index = invocation_index();
    if (index >= filter_vectors * channel_steps * tiles_h * params.splits) return;
    uint o = take_axis(index, filter_vectors);
    uint c = take_axis(index, channel_steps);
    uint i0 = take_axis(index, tiles_h) * tile_h;
    uint split = index;

    vec4 sum[tile_h * kernel_w * lanes];
    UNROLL for (uint t = 0u; t < tile_h * kernel_w * lanes; ++t) sum[t] = vec4(0.0);
    uint end = min((split + 1u) * params.rows_per_split, params.batch * params.out_h);
    for (uint out_row = split * params.rows_per_split; out_row < end; ++out_row) {
        uint n = out_row, oh = take_axis(n, params.out_h);
        int h0 = int(oh * params.stride_h + i0 * params.dilation_h) - params.pad_top;
        int row_at[tile_h];
        bool inside[tile_h];
        XT window[tile_h * kernel_w];
        UNROLL for (uint i = 0u; i < tile_h; ++i) {
            int h = h0 + int(i * params.dilation_h);
            inside[i] = h >= 0 && h < int(params.height);
            row_at[i] = ((int(n * params.height) + clamp(h, 0, int(params.height) - 1)) * int(params.width)) * int(channel_steps) + int(c);
            UNROLL for (uint j = 0u; j < kernel_w - 1u; ++j) {
                int w = int(j) - params.pad_left;
                window[i * kernel_w + j + 1u] = LOADX(row_at[i] + clamp(w, 0, int(params.width) - 1) * int(channel_steps));
                if (padded != 0u && (w < 0 || !inside[i])) window[i * kernel_w + j + 1u] = XT(0.0);
            }
        }
        for (uint ow = 0u; ow < params.out_w; ++ow) {
            vec4 g = LOAD4(dy, (out_row * params.out_w + ow) * filter_vectors + o);
            int w = int(ow + kernel_w - 1u) - params.pad_left;
            UNROLL for (uint i = 0u; i < tile_h; ++i) {
                UNROLL for (uint j = 0u; j < kernel_w - 1u; ++j) window[i * kernel_w + j] = window[i * kernel_w + j + 1u];
                XT next = LOADX(row_at[i] + clamp(w, 0, int(params.width) - 1) * int(channel_steps));
                if (padded != 0u && (w < 0 || w >= int(params.width) || !inside[i])) next = XT(0.0);
                window[i * kernel_w + kernel_w - 1u] = next;
                UNROLL for (uint j = 0u; j < kernel_w; ++j) {
#ifdef CHANNELS4
                    UNROLL for (uint lane = 0u; lane < 4u; ++lane)
                        sum[(i * kernel_w + j) * 4u + lane] += window[i * kernel_w + j][lane] * g;
#else
                    sum[i * kernel_w + j] += window[i * kernel_w + j] * g;
#endif
                }
            }
        }
    }

    UNROLL for (uint i = 0u; i < tile_h; ++i) {
        if (i0 + i >= params.kernel_h) continue;
        UNROLL for (uint j = 0u; j < kernel_w; ++j)
            UNROLL for (uint lane = 0u; lane < lanes; ++lane) {
                uint weight = ((i0 + i) * kernel_w + j) * params.channels + c * lanes + lane;
                uint weights = params.kernel_h * kernel_w * params.channels;
                partial.data[(split * weights + weight) * filter_vectors + o] = sum[(i * kernel_w + j) * lanes + lane];
            }
    }
}
