#version 450
#extension GL_GOOGLE_include_directive : require
// C[b,m,n] = sum over k of A[b,m,k] B[b,n,k] (B transposed), both read as vec4s along k (depth % 4 == 0). One
// invocation makes tile_m x tile_n results; lanes run along n.
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 4u;
layout(constant_id = 2) const uint tile_n = 4u;
layout(constant_id = 3) const uint has_bias = 0u;
layout(constant_id = 4) const uint activation = 0u;

INPUT4(0, A, a)
INPUT4(1, B, b)
INPUT1(2, Bias, bias)
OUTPUT1(3, C, c)
layout(push_constant) uniform Params {
    uint batch;
    uint rows;
    uint columns;
    uint depth_vectors;
    uint a_batch;  // in vec4s
    uint b_batch;
    float activation_parameter;
} params;

void main() {
    uint tiles_n = (params.columns + tile_n - 1u) / tile_n, tiles_m = (params.rows + tile_m - 1u) / tile_m;
    uint i = invocation_index();
    if (i >= tiles_n * tiles_m * params.batch) return;
    uint n0 = take_axis(i, tiles_n);
    uint m0 = take_axis(i, tiles_m) * tile_m;
    uint batch = i;

    uint a_at[tile_m], b_at[tile_n];
    UNROLL for (uint m = 0u; m < tile_m; ++m)
        a_at[m] = batch * params.a_batch + min(m0 + m, params.rows - 1u) * params.depth_vectors;
    UNROLL for (uint n = 0u; n < tile_n; ++n)
        b_at[n] = batch * params.b_batch + min(n0 + n * tiles_n, params.columns - 1u) * params.depth_vectors;

    float sum[tile_m * tile_n];
    UNROLL for (uint t = 0u; t < tile_m * tile_n; ++t) sum[t] = 0.0;
    for (uint k = 0u; k < params.depth_vectors; ++k) {
        vec4 left[tile_m];
        UNROLL for (uint m = 0u; m < tile_m; ++m) left[m] = LOAD4(a, a_at[m] + k);
        UNROLL for (uint n = 0u; n < tile_n; ++n) {
            vec4 right = LOAD4(b, b_at[n] + k);
            // Not dot(): its first product is no multiply-add.
            UNROLL for (uint m = 0u; m < tile_m; ++m)
                sum[m * tile_n + n] = left[m].x * right.x + (left[m].y * right.y + (left[m].z * right.z + (left[m].w * right.w + sum[m * tile_n + n])));
        }
    }

    UNROLL for (uint m = 0u; m < tile_m; ++m)
        UNROLL for (uint n = 0u; n < tile_n; ++n) {
            uint row = m0 + m, column = n0 + n * tiles_n;
            uint at = (batch * params.rows + row) * params.columns + column;
            bool row_inside = row < params.rows, column_inside = column < params.columns;
            if (row_inside && column_inside) {  // no `continue`: some drivers unroll no loop with one
                float value = sum[m * tile_n + n] + (has_bias != 0u ? LOAD1(bias, column) : 0.0);
                c.data[at] = activate(activation, value, params.activation_parameter);
            }
        }
}
