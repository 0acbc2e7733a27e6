#version 450
#extension GL_GOOGLE_include_directive : require
// C[b,m,n] = activation(sum over k of A[b,m,k] B[b,k,n] + bias[n]), operands read four at a time.
//   A: row-major, vec4 along k (depth % 4 == 0), or with a_transposed [k,m], vec4 along m (rows % 4 == 0)
//      with A_SCALAR of any strides, one number at a time
//   B: row-major, vec4 along n (columns % 4 == 0)
// One invocation makes tile_m rows x tile_v vec4s of columns; lanes run along n.
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 4u;  // a multiple of 4 if a_transposed
layout(constant_id = 2) const uint tile_v = 1u;
layout(constant_id = 3) const uint a_transposed = 0u;
layout(constant_id = 4) const uint has_bias = 0u;
layout(constant_id = 5) const uint activation = 0u;

#ifdef A_SCALAR
INPUT1(0, A, a)
#else
INPUT4(0, A, a)
#endif
INPUT4(1, B, b)
INPUT4(2, Bias, bias)
OUTPUT4(3, C, c)
layout(push_constant) uniform Params {
    uint batch;
    uint rows;
    uint column_vectors;
    uint depth;
    uint a_row, a_depth;  // A_SCALAR only
    uint a_batch;         // in vec4s, or in numbers with A_SCALAR
    uint b_batch;
    uint splits;
    uint depth_per_split;  // a multiple of 4
    float activation_parameter;
} params;

vec4 sum[tile_m * tile_v];

// A macro, because a function would copy the array.
#define ACCUMULATE(m, left) \
    UNROLL for (uint v = 0u; v < tile_v; ++v) sum[(m) * tile_v + v] += (left) * right[v];

void main() {
    uint tiles_v = (params.column_vectors + tile_v - 1u) / tile_v, tiles_m = (params.rows + tile_m - 1u) / tile_m;
    uint i = invocation_index();
    if (i >= tiles_v * tiles_m * params.batch * params.splits) return;
    uint v0 = take_axis(i, tiles_v);
    uint m0 = take_axis(i, tiles_m) * tile_m;
    uint batch = take_axis(i, params.batch);
    uint split = i;

    uint b_at[tile_v];
    UNROLL for (uint v = 0u; v < tile_v; ++v)
        b_at[v] = batch * params.b_batch + min(v0 + v * tiles_v, params.column_vectors - 1u);
    UNROLL for (uint t = 0u; t < tile_m * tile_v; ++t) sum[t] = vec4(0.0);

    uint end = min(params.depth, (split + 1u) * params.depth_per_split);
    // Rows of b one after another: no product of indices in the loops, it is slow on most devices.
    uint b_row = split * params.depth_per_split * params.column_vectors;
#ifdef A_SCALAR
    uint a_at[tile_m];
    UNROLL for (uint m = 0u; m < tile_m; ++m)
        a_at[m] = batch * params.a_batch + min(m0 + m, params.rows - 1u) * params.a_row;
    uint a_column = split * params.depth_per_split * params.a_depth;
    for (uint k = split * params.depth_per_split; k < end; ++k) {
        vec4 right[tile_v];
        UNROLL for (uint v = 0u; v < tile_v; ++v) right[v] = LOAD4(b, b_at[v] + b_row);
        UNROLL for (uint m = 0u; m < tile_m; ++m) {
            float left = LOAD1(a, a_at[m] + a_column);
            ACCUMULATE(m, left)
        }
        a_column += params.a_depth;
        b_row += params.column_vectors;
    }
#else
    if (a_transposed != 0u) {
        uint row_vectors = params.rows / 4u;
        uint a_at[tile_m / 4u + 1u];
        UNROLL for (uint m = 0u; m < tile_m; m += 4u) a_at[m / 4u] = batch * params.a_batch + min((m0 + m) / 4u, row_vectors - 1u);
        uint a_row = split * params.depth_per_split * row_vectors;
        for (uint k = split * params.depth_per_split; k < end; ++k) {
            vec4 right[tile_v];
            UNROLL for (uint v = 0u; v < tile_v; ++v) right[v] = LOAD4(b, b_at[v] + b_row);
            UNROLL for (uint m = 0u; m < tile_m; m += 4u) {
                vec4 left = LOAD4(a, a_at[m / 4u] + a_row);
                ACCUMULATE(m, left.x)
                ACCUMULATE(m + 1u, left.y)
                ACCUMULATE(m + 2u, left.z)
                ACCUMULATE(m + 3u, left.w)
            }
            a_row += row_vectors;
            b_row += params.column_vectors;
        }
    } else {
        uint depth_vectors = params.depth / 4u;
        uint a_at[tile_m];
        UNROLL for (uint m = 0u; m < tile_m; ++m)
            a_at[m] = batch * params.a_batch + min(m0 + m, params.rows - 1u) * depth_vectors;
        for (uint k = split * params.depth_per_split / 4u; k < end / 4u; ++k) {
            vec4 left[tile_m];
            UNROLL for (uint m = 0u; m < tile_m; ++m) left[m] = LOAD4(a, a_at[m] + k);
            UNROLL for (uint lane = 0u; lane < 4u; ++lane) {
                vec4 right[tile_v];
                UNROLL for (uint v = 0u; v < tile_v; ++v)
                    right[v] = LOAD4(b, b_at[v] + b_row);
                b_row += params.column_vectors;
                UNROLL for (uint m = 0u; m < tile_m; ++m) {
                    ACCUMULATE(m, left[m][lane])
                }
            }
        }
    }
#endif

    UNROLL for (uint m = 0u; m < tile_m; ++m)
        UNROLL for (uint v = 0u; v < tile_v; ++v) {
            uint row = m0 + m, vector = v0 + v * tiles_v;
            uint at = ((split * params.batch + batch) * params.rows + row) * params.column_vectors + vector;
            bool row_inside = row < params.rows, vector_inside = vector < params.column_vectors;
            if (row_inside && vector_inside) {  // no `continue`: some drivers unroll no loop with one
                vec4 value = sum[m * tile_v + v];
                if (has_bias != 0u) value += LOAD4(bias, vector);
                c.data[at] = PACK(activate(activation, value, params.activation_parameter));
            }
        }
}
