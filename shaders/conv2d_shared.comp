#version 450
#extension GL_GOOGLE_include_directive : require
// Convolutions of one group as products by workgroup tiles in shared memory (shared_tiles.glsl), whose left operand is
// gathered from x on its way there:
//   rows are output pixels (n, oh, ow), the depth is taps and channels (i, j, c), b the weight [i, j, c, o]; or, with
//   WEIGHT_GRADIENT, rows are taps and channels, the depth is output pixels, and b is dy [n, oh, ow, o].
// x and b are read four channels at a time, with A_SCALAR and B_SCALAR one at a time. Dilations may be negative: the input
// gradient is such a convolution of dy, of which each residue of the stride has one, with results `scattered` over dx.
// With splits > 1 it makes partial sums over a part of the depth, y[split, rows, columns], without epilogue.
#include "common.glsl"
layout(constant_id = 9) const uint scattered = 0u;
#ifdef A_SCALAR
INPUT1(0, X, a)
#else
INPUT4(0, X, a)
#endif
#ifdef B_SCALAR
INPUT1(1, Weight, b)
INPUT1(2, Bias, bias)
OUTPUT1(3, Y, c)
#else
INPUT4(1, Weight, b)
INPUT4(2, Bias, bias)
OUTPUT4(3, Y, c)
#endif
#ifdef WEIGHT_GRADIENT
const uint left_depth_first = 0u;
#else
const uint left_depth_first = 1u;
#endif
const uint right_depth_first = 0u;
#include "shared_tiles.glsl"
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
    uint depth;
    uint splits;
    uint depth_per_split;          // a multiple of tile_k
    uint height, width, channels;  // of x; channels in what is read at once
    uint out_h, out_w, kernel_w;
    uint stride_h, stride_w;
    int dilation_h, dilation_w;
    int first_h, first_w;  // where the first window begins
    uint b_offset;         // in what is read at once
    // Row (n, oh, ow) of scattered results.
    uint result_first, result_image, result_h, result_w;
    float activation_parameter;
} params;

uint scattered_row(uint row) {
    uint ow = take_axis(row, params.out_w), oh = take_axis(row, params.out_h);
    return params.result_first + row * params.result_image + oh * params.result_h + ow * params.result_w;
}
#define RESULT_ROW(row) (scattered != 0u ? scattered_row(row) : row)
#include "shared_results.glsl"

// Where a pixel's window and a tap lie, (h, w, index): an element of x is at the sum of both.
ivec3 window_at(uvec3 pixel) {
    int h = int(pixel.y * params.stride_h) + params.first_h, w = int(pixel.z * params.stride_w) + params.first_w;
    return ivec3(h, w, ((int(pixel.x * params.height) + h) * int(params.width) + w) * int(params.channels));
}
ivec3 tap_at(uvec3 tap) {
    int h = int(tap.x) * params.dilation_h, w = int(tap.y) * params.dilation_w;
    return ivec3(h, w, (h * int(params.width) + w) * int(params.channels) + int(tap.z));
}
#ifdef WEIGHT_GRADIENT
#define LINE_AT tap_at
#define STEP_AT window_at
#define LINE_SIZES uvec2(params.kernel_w, params.channels)
#define STEP_SIZES uvec2(params.out_h, params.out_w)
// An invocation's items all lie on the same line, for group_size is a multiple of the vec4s of the lines; below: the same step.
const uint own_lines = left_lines, own_steps = left_items;
#define LINE_OF(s, l) (l)
#define STEP_OF(s) (s)
#else
#define LINE_AT window_at
#define STEP_AT tap_at
#define LINE_SIZES uvec2(params.out_h, params.out_w)
#define STEP_SIZES uvec2(params.kernel_w, params.channels)
const uint own_lines = left_items * left_lines, own_steps = 1u;
#define LINE_OF(s, l) ((s) * left_lines + (l))
#define STEP_OF(s) 0u
#endif

uvec3 digits(uint index, uvec2 sizes) {
    uint z = take_axis(index, sizes.y), y = take_axis(index, sizes.x);
    return uvec3(index, y, z);
}
// The sum of two such numbers, without a division.
uvec3 add_digits(uvec3 l, uvec3 r, uvec2 sizes) {
    uvec3 sum = l + r;
    if (sum.z >= sizes.y) sum += uvec3(0u, 1u, -sizes.y);
    if (sum.y >= sizes.x) sum += uvec3(1u, -sizes.x, 0u);
    return sum;
}

ivec3 line[own_lines];
uvec3 step_digits[own_steps];
#define FETCH_LEFT(k)                                                                                              \
    UNROLL for (uint s = 0u; s < left_items; ++s) {                                                                \
        bool deep = k + LEFT_PLACE(s).y < end;                                                                     \
        ivec3 tap = STEP_AT(step_digits[STEP_OF(s)]);                                                              \
        UNROLL for (uint l = 0u; l < left_lines; ++l) {                                                            \
            ivec3 at = line[LINE_OF(s, l)] + tap;                                                                  \
            bool inside = deep && uint(at.x) < params.height && uint(at.y) < params.width;                         \
            LOAD_LEFT(s, l, inside ? uint(at.z) : 0u, inside);                                                     \
        }                                                                                                          \
    }

void main() {
    uint i = gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x;
    uint tiles_n = (params.columns + tile_n - 1u) / tile_n, tiles_m = (params.rows + tile_m - 1u) / tile_m;
    if (i >= tiles_n * tiles_m * params.splits) return;
    uint n0 = take_axis(i, tiles_n) * tile_n, m0 = take_axis(i, tiles_m) * tile_m, split = i;
    uint first = split * params.depth_per_split, end = min(params.depth, first + params.depth_per_split);

    UNROLL for (uint s = 0u; s < own_lines / left_lines; ++s)
        UNROLL for (uint l = 0u; l < left_lines; ++l) {
            uint number = min((m0 + LEFT_PLACE(s).x * 4u) / left_unit + l, params.rows / left_unit - 1u);
            line[s * left_lines + l] = LINE_AT(digits(number, LINE_SIZES));
        }
    UNROLL for (uint s = 0u; s < own_steps; ++s) step_digits[s] = digits((first + LEFT_PLACE(s).y) / left_steps, STEP_SIZES);
    uvec3 round_digits = digits(tile_k / left_steps, STEP_SIZES);
    uint b_at[right_items * right_lines];
    BEGIN_MATRIX(b_at, right_items, right_lines, right_unit, right_steps, RIGHT_PLACE, n0, params.columns, 1u,
                 params.columns / right_unit, params.b_offset)
    UNROLL for (uint t = 0u; t < lane_m * sum_vectors; ++t) sum[t] = vec4(0.0);

    uint b_offset = 0u, buffer_now = 0u;
    FETCH_LEFT(first)
    FETCH_MATRIX(b_at, right_items, right_lines, RIGHT_PLACE, LOAD_RIGHT, first, b_offset)
    for (uint k = first; k < end; k += tile_k) {
        STORE_SLICE(left, left_row, left_held, left_items, left_count, left_steps, LEFT_PLACE)
        STORE_SLICE(right, right_row, right_held, right_items, right_count, right_steps, RIGHT_PLACE)
        barrier();
        if (k + tile_k < end) {
            UNROLL for (uint s = 0u; s < own_steps; ++s) step_digits[s] = add_digits(step_digits[s], round_digits, STEP_SIZES);
            b_offset += tile_k * (params.columns / right_unit);
            FETCH_LEFT(k + tile_k)
            FETCH_MATRIX(b_at, right_items, right_lines, RIGHT_PLACE, LOAD_RIGHT, k + tile_k, b_offset)
        }
        add_slice(buffer_now);
        if (buffers == 1u) barrier();
        else buffer_now = 1u - buffer_now;
    }
    write_results(m0, n0, split);
}
