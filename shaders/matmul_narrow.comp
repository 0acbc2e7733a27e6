#version 450
#extension GL_GOOGLE_include_directive : require
// C[m,n] = activation(sum over k of A[m,k] B[k,n] + bias[n]) for few columns and depth % 4 == 0: four rows of B are read
// as vec4s of numbers, whatever rows they are of, so that B need not be turned over. One invocation makes all columns of
// tile_m rows. With splits > 1 it makes partial sums over a part of the depth, C[split,m,n], without epilogue.
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 2u;
layout(constant_id = 2) const uint columns = 10u;
layout(constant_id = 3) const uint has_bias = 0u;
layout(constant_id = 4) const uint activation = 0u;

INPUT4(0, A, a)
INPUT4(1, B, b)
INPUT1(2, Bias, bias)
OUTPUT1(3, C, c)
layout(push_constant) uniform Params {
    uint rows;
    uint depth_vectors;
    uint splits;
    uint vectors_per_split;
    float activation_parameter;
} params;

void main() {
    uint tiles_m = (params.rows + tile_m - 1u) / tile_m;
    uint split = invocation_index();
    if (split >= tiles_m * params.splits) return;
    uint m0 = take_axis(split, tiles_m) * tile_m;

    float sum[tile_m * columns];
    UNROLL for (uint t = 0u; t < tile_m * columns; ++t) sum[t] = 0.0;
    uint end = min(params.depth_vectors, (split + 1u) * params.vectors_per_split);
    for (uint k = split * params.vectors_per_split; k < end; ++k) {
        float right[4u * columns];
        UNROLL for (uint t = 0u; t < columns; ++t) {
            vec4 four = LOAD4(b, k * columns + t);
            right[4u * t] = four.x;
            right[4u * t + 1u] = four.y;
            right[4u * t + 2u] = four.z;
            right[4u * t + 3u] = four.w;
        }
        UNROLL for (uint m = 0u; m < tile_m; ++m) {
            vec4 left = LOAD4(a, min(m0 + m, params.rows - 1u) * params.depth_vectors + k);
            UNROLL for (uint n = 0u; n < columns; ++n)
                sum[m * columns + n] = left.x * right[n] + (left.y * right[columns + n] +
                                       (left.z * right[2u * columns + n] + (left.w * right[3u * columns + n] + sum[m * columns + n])));
        }
    }

    UNROLL for (uint m = 0u; m < tile_m; ++m)
        if (m0 + m < params.rows)
            UNROLL for (uint n = 0u; n < columns; ++n) {
                float value = sum[m * columns + n] + (has_bias != 0u ? LOAD1(bias, n) : 0.0);
                c.data[(split * params.rows + m0 + m) * columns + n] = activate(activation, value, params.activation_parameter);
            }
}
