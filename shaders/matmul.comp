#version 450
#extension GL_GOOGLE_include_directive : require
// C[b,m,n] = activation(sum over k of A[b,m,k] B[b,k,n] + bias[n]) for operands of any strides. One invocation
// makes tile_m x tile_n results; lanes run along n. With splits > 1 it makes partial sums over a part of the
// depth, C[split,b,m,n], without epilogue.
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 4u;
layout(constant_id = 2) const uint tile_n = 4u;
layout(constant_id = 3) const uint has_bias = 0u;
layout(constant_id = 4) const uint activation = 0u;

INPUT1(0, A, a)
INPUT1(1, B, b)
INPUT1(2, Bias, bias)
OUTPUT1(3, C, c)
layout(push_constant) uniform Params {
    uint batch;
    uint rows;
    uint columns;
    uint depth;
    uint a_row, a_depth, a_batch;
    uint b_depth, b_column, b_batch;
    uint splits;
    uint depth_per_split;
    float activation_parameter;
} params;

void main() {
    uint tiles_n = (params.columns + tile_n - 1u) / tile_n, tiles_m = (params.rows + tile_m - 1u) / tile_m;
    uint i = invocation_index();
    if (i >= tiles_n * tiles_m * params.batch * params.splits) return;
    // Neighbours take neighbouring columns: the tile's columns lie tiles_n apart.
    uint n0 = take_axis(i, tiles_n);
    uint m0 = take_axis(i, tiles_m) * tile_m;
    uint batch = take_axis(i, params.batch);
    uint split = i;

    uint a_at[tile_m], b_at[tile_n];
    UNROLL for (uint m = 0u; m < tile_m; ++m)
        a_at[m] = batch * params.a_batch + min(m0 + m, params.rows - 1u) * params.a_row;
    UNROLL for (uint n = 0u; n < tile_n; ++n)
        b_at[n] = batch * params.b_batch + min(n0 + n * tiles_n, params.columns - 1u) * params.b_column;

    float sum[tile_m * tile_n];
    UNROLL for (uint t = 0u; t < tile_m * tile_n; ++t) sum[t] = 0.0;
    uint end = min(params.depth, (split + 1u) * params.depth_per_split);
    uint a_step = split * params.depth_per_split * params.a_depth, b_step = split * params.depth_per_split * params.b_depth;
    for (uint k = split * params.depth_per_split; k < end; ++k) {
        float left[tile_m];
        UNROLL for (uint m = 0u; m < tile_m; ++m) left[m] = LOAD1(a, a_at[m] + a_step);
        UNROLL for (uint n = 0u; n < tile_n; ++n) {
            float right = LOAD1(b, b_at[n] + b_step);
            UNROLL for (uint m = 0u; m < tile_m; ++m) sum[m * tile_n + n] += left[m] * right;
        }
        a_step += params.a_depth;
        b_step += params.b_depth;
    }

    UNROLL for (uint m = 0u; m < tile_m; ++m)
        UNROLL for (uint n = 0u; n < tile_n; ++n) {
            uint row = m0 + m, column = n0 + n * tiles_n;
            uint at = ((split * params.batch + batch) * params.rows + row) * params.columns + column;
            bool row_inside = row < params.rows, column_inside = column < params.columns;
            if (row_inside && column_inside) {  // no `continue`: some drivers unroll no loop with one
                float value = sum[m * tile_n + n] + (has_bias != 0u ? LOAD1(bias, column) : 0.0);
                c.data[at] = activate(activation, value, params.activation_parameter);
            }
        }
}
