#version 450
#extension GL_GOOGLE_include_directive : require
// C[b,m,n] = activation(sum over k of A[b,m,k] B[b,k,n] + bias[n]) by workgroup tiles in shared memory (shared_tiles.glsl).
// Operands are read four at a time along the depth (*_depth_first) or along the lines, in which their size is a multiple of
// four then; with A_SCALAR and B_SCALAR one number at a time, of any strides. B_SCALAR: results are written so too.
// With splits > 1 it makes partial sums over a part of the depth, C[split,b,m,n], without epilogue.
#include "common.glsl"
layout(constant_id = 9) const uint left_depth_first = 1u;
layout(constant_id = 10) const uint right_depth_first = 0u;
#ifdef A_SCALAR
INPUT1(0, A, a)
#else
INPUT4(0, A, a)
#endif
#ifdef B_SCALAR
INPUT1(1, B, b)
INPUT1(2, Bias, bias)
OUTPUT1(3, C, c)
#else
INPUT4(1, B, b)
INPUT4(2, Bias, bias)
OUTPUT4(3, C, c)
#endif
#include "shared_tiles.glsl"
layout(push_constant) uniform Params {
    uint batch;
    uint rows;
    uint columns;
    uint depth;
    // Steps from one row (column) or step of the depth to the next, in what is read at once.
    uint a_row, a_depth, a_batch;
    uint b_column, b_depth, b_batch;
    uint splits;
    uint depth_per_split;  // a multiple of tile_k
    float activation_parameter;
} params;
#include "shared_results.glsl"

void main() {
    uint i = gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x;
    uint tiles_n = (params.columns + tile_n - 1u) / tile_n, tiles_m = (params.rows + tile_m - 1u) / tile_m;
    if (i >= tiles_n * tiles_m * params.batch * params.splits) return;
    uint n0 = take_axis(i, tiles_n) * tile_n, m0 = take_axis(i, tiles_m) * tile_m;
    uint batch = take_axis(i, params.batch), split = i;
    uint first = split * params.depth_per_split, end = min(params.depth, first + params.depth_per_split);

    uint a_at[left_items * left_lines], b_at[right_items * right_lines];
    BEGIN_MATRIX(a_at, left_items, left_lines, left_unit, left_steps, LEFT_PLACE, m0, params.rows, params.a_row, params.a_depth,
                 batch * params.a_batch)
    BEGIN_MATRIX(b_at, right_items, right_lines, right_unit, right_steps, RIGHT_PLACE, n0, params.columns, params.b_column,
                 params.b_depth, batch * params.b_batch)
    UNROLL for (uint t = 0u; t < lane_m * sum_vectors; ++t) sum[t] = vec4(0.0);

    uint a_offset = 0u, b_offset = 0u, buffer_now = 0u;
    FETCH_MATRIX(a_at, left_items, left_lines, LEFT_PLACE, LOAD_LEFT, first, a_offset)
    FETCH_MATRIX(b_at, right_items, right_lines, RIGHT_PLACE, LOAD_RIGHT, first, b_offset)
    for (uint k = first; k < end; k += tile_k) {
        STORE_SLICE(left, left_row, left_held, left_items, left_count, left_steps, LEFT_PLACE)
        STORE_SLICE(right, right_row, right_held, right_items, right_count, right_steps, RIGHT_PLACE)
        barrier();
        a_offset += tile_k / left_steps * params.a_depth;
        b_offset += tile_k / right_steps * params.b_depth;
        if (k + tile_k < end) {
            FETCH_MATRIX(a_at, left_items, left_lines, LEFT_PLACE, LOAD_LEFT, k + tile_k, a_offset)
            FETCH_MATRIX(b_at, right_items, right_lines, RIGHT_PLACE, LOAD_RIGHT, k + tile_k, b_offset)
        }
        add_slice(buffer_now);
        if (buffers == 1u) barrier();
        else buffer_now = 1u - buffer_now;
    }
    write_results(m0, n0, split * params.batch + batch);
}
