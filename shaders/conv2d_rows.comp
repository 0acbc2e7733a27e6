#version 450
#extension GL_GOOGLE_include_directive : require
// Convolution with one group; weights [kh,kw,C,O] have room for a multiple of four filters, and there are so many, or any
// number where ANY_FILTERS is defined. One invocation makes `tile_w` neighbouring outputs of a row for
// four filters; the input row stays in registers across the horizontal taps. Lanes run along the filters.
// CHANNELS4: channels % 4 == 0, the input is read as vec4s of channels.
// PIXELS4: few channels, of which width * channels and tile_w * stride_w * channels are multiples of 4: a row is read as
// vec4s of numbers, whatever pixels they are of, and no loop is left: a loop that carries the tile costs some drivers more
// than the few steps in it.
#include "common.glsl"
#include "activation.glsl"
#include "conv2d_geometry.glsl"
layout(constant_id = 1) const uint tile_w = 7u;
layout(constant_id = 2) const uint kernel_w = 3u;
layout(constant_id = 3) const uint stride_w = 1u;
layout(constant_id = 4) const uint dilation_w = 1u;
layout(constant_id = 5) const uint padded = 0u;  // whether any window reaches into padding
layout(constant_id = 6) const uint has_bias = 0u;
layout(constant_id = 7) const uint activation = 0u;
const uint row_length = (tile_w - 1u) * stride_w + (kernel_w - 1u) * dilation_w + 1u;

#if defined(CHANNELS4)
INPUT4(0, X, x)
#define LOADX(index) LOAD4(x, index)
#define XT vec4
#elif defined(PIXELS4)
layout(constant_id = 8) const uint kernel_h = 3u;
layout(constant_id = 9) const uint channels = 1u;
layout(constant_id = 10) const uint pad_left = 0u;
INPUT4(0, X, x)
// From the beginning of the vec4 in which the first pixel lies: the same for all tiles.
const uint before = (4u - pad_left * channels % 4u) % 4u;
const uint row_elements = (before + row_length * channels + 3u) / 4u * 4u;
#else
INPUT1(0, X, x)
#define LOADX(index) LOAD1(x, index)
#define XT float
#endif
INPUT4(1, Weight, weight)
INPUT4(2, Bias, bias)
#ifdef ANY_FILTERS
OUTPUT1(3, Y, y)
#else
OUTPUT4(3, Y, y)
#endif
layout(push_constant) uniform Params {
    CONV2D_MEMBERS
    float activation_parameter;
} params;

void main() {
    uint filter_vectors = (params.filters + 3u) / 4u;
    uint tiles_w = (params.out_w + tile_w - 1u) / tile_w;
    uint index = invocation_index();
    if (index >= filter_vectors * tiles_w * params.out_h * params.batch) return;
    uint o = take_axis(index, filter_vectors);
    uint ow0 = take_axis(index, tiles_w) * tile_w;
    uint oh = take_axis(index, params.out_h);
    uint n = index;
#if defined(CHANNELS4)
    uint channel_steps = params.channels / 4u;
#elif !defined(PIXELS4)
    uint channel_steps = params.channels;
#endif

    vec4 sum[tile_w];
    UNROLL for (uint p = 0u; p < tile_w; ++p) sum[p] = vec4(0.0);
#ifdef PIXELS4
    int row_vectors = int(params.width * channels / 4u);
    int v0 = (int(ow0 * stride_w * channels) - int(pad_left * channels + before)) / 4;
#else
    int w0 = int(ow0 * stride_w) - params.pad_left;
    // Where the row's pixels lie from its beginning, and which are there, is the same in every row and channel.
    int pixel_at[row_length];
    bool inside[row_length];
    UNROLL for (uint t = 0u; t < row_length; ++t) {
        int w = w0 + int(t);
        // Past the right edge only outputs that are never written read this.
        pixel_at[t] = clamp(w, 0, int(params.width) - 1) * int(channel_steps);
        inside[t] = padded == 0u || (w >= 0 && w < int(params.width));
    }
#endif
#ifdef PIXELS4
    UNROLL for (uint i = 0u; i < kernel_h; ++i) {
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        bool row_inside = padded == 0u || (h >= 0 && h < int(params.height));
        int row_at = (int(n * params.height) + clamp(h, 0, int(params.height) - 1)) * row_vectors;
        float row[row_elements];
        UNROLL for (uint t = 0u; t < row_elements; t += 4u) {
            // A row begins and ends with a vec4, so one is inside or outside as a whole.
            int v = v0 + int(t / 4u);
            vec4 numbers = LOAD4(x, row_at + clamp(v, 0, row_vectors - 1));
            if (padded != 0u && !(row_inside && v >= 0 && v < row_vectors)) numbers = vec4(0.0);
            row[t] = numbers.x;
            row[t + 1u] = numbers.y;
            row[t + 2u] = numbers.z;
            row[t + 3u] = numbers.w;
        }
        UNROLL for (uint j = 0u; j < kernel_w * channels; ++j) {
            vec4 k = LOAD4(weight, (i * kernel_w * channels + j) * filter_vectors + o);
            uint tap = before + j / channels * dilation_w * channels + j % channels;
            UNROLL for (uint p = 0u; p < tile_w; ++p) sum[p] += row[tap + p * stride_w * channels] * k;
        }
    }
#else
    for (uint i = 0u; i < params.kernel_h; ++i) {
        int h = int(oh * params.stride_h + i * params.dilation_h) - params.pad_top;
        if (h < 0 || h >= int(params.height)) continue;
        int row_at = (int(n * params.height) + h) * int(params.width);
        uint k_at = i * kernel_w * params.channels * filter_vectors + o;
        for (uint c = 0u; c < channel_steps; ++c) {
            XT row[row_length];
            UNROLL for (uint t = 0u; t < row_length; ++t) {
                row[t] = LOADX(pixel_at[t] + row_at * int(channel_steps) + int(c));
                if (!inside[t]) row[t] = XT(0.0);
            }
            UNROLL for (uint j = 0u; j < kernel_w; ++j) {
#ifdef CHANNELS4
                vec4 k[4];
                UNROLL for (uint lane = 0u; lane < 4u; ++lane)
                    k[lane] = LOAD4(weight, k_at + (j * params.channels + lane) * filter_vectors);
                // Four steps on a result while it is in a register.
                UNROLL for (uint p = 0u; p < tile_w; ++p)
                    UNROLL for (uint lane = 0u; lane < 4u; ++lane) sum[p] += row[p * stride_w + j * dilation_w][lane] * k[lane];
#else
                vec4 k = LOAD4(weight, k_at + j * params.channels * filter_vectors);
                UNROLL for (uint p = 0u; p < tile_w; ++p) sum[p] += row[p * stride_w + j * dilation_w] * k;
#endif
            }
#ifdef CHANNELS4
            k_at += 4u * filter_vectors;
#else
            k_at += filter_vectors;
#endif
        }
    }
#endif

    vec4 offset = has_bias != 0u ? LOAD4(bias, o) : vec4(0.0);
    uint pixel = (n * params.out_h + oh) * params.out_w + ow0;
    UNROLL for (uint p = 0u; p < tile_w; ++p)
        if (ow0 + p < params.out_w) {
            vec4 value = activate(activation, sum[p] + offset, params.activation_parameter);
#ifdef ANY_FILTERS
            UNROLL for (uint f = 0u; f < 4u; ++f)
                if (o * 4u + f < params.filters) y.data[(pixel + p) * params.filters + o * 4u + f] = value[f];
#else
            y.data[(pixel + p) * filter_vectors + o] = PACK(value);
#endif
        }
}
