#version 450
#extension GL_GOOGLE_include_directive : require
// All gradients of a dense layer of few columns: dx = dy W^T, dW = x^T dy, db = sum of the rows of dy. rows % 4 == 0,
// features % 4 == 0. One invocation makes those of four features, whose weights and dW stay in registers while it goes
// through the rows; one more makes db. Matrices are read as vec4s of numbers, whatever rows they are of.
// Inputs are always read as texels: storage buffers may be four.
#include "common.glsl"
layout(constant_id = 1) const uint columns = 10u;
layout(constant_id = 2) const uint has_bias = 0u;
layout(constant_id = 3) const uint through_relu = 0u;  // dx passes where x > 0, times `factor`
const uint numbers = 4u * columns;

INPUT4(0, X, x)
INPUT4(1, Weight, weight)
INPUT4(2, DY, dy)
OUTPUT4(3, DX, dx)
OUTPUT4(4, DWeight, dweight)
OUTPUT1(5, DBias, dbias)
layout(push_constant) uniform Params {
    uint rows;
    uint feature_vectors;
    float factor;
} params;

// Four rows of dy, from vec4 `at` on. A macro, because a function would copy the array.
#define LOAD_GRADIENTS(at)                                 \
    UNROLL for (uint t = 0u; t < columns; ++t) {           \
        vec4 four = LOAD4(dy, (at) + t);                   \
        g[4u * t] = four.x;                                \
        g[4u * t + 1u] = four.y;                           \
        g[4u * t + 2u] = four.z;                           \
        g[4u * t + 3u] = four.w;                           \
    }

void sum_rows() {
    float sum[columns], g[numbers];
    UNROLL for (uint c = 0u; c < columns; ++c) sum[c] = 0.0;
    for (uint block = 0u; block < params.rows / 4u; ++block) {
        LOAD_GRADIENTS(block * columns)
        UNROLL for (uint c = 0u; c < columns; ++c)
            UNROLL for (uint r = 0u; r < 4u; ++r) sum[c] += g[r * columns + c];
    }
    UNROLL for (uint c = 0u; c < columns; ++c) dbias.data[c] = sum[c];
}

void main() {
    uint i = invocation_index();
    if (has_bias != 0u && i == params.feature_vectors) sum_rows();
    if (i >= params.feature_vectors) return;
    float w[numbers], dw[numbers], g[numbers];
    UNROLL for (uint t = 0u; t < columns; ++t) {
        vec4 four = LOAD4(weight, i * columns + t);
        w[4u * t] = four.x;
        w[4u * t + 1u] = four.y;
        w[4u * t + 2u] = four.z;
        w[4u * t + 3u] = four.w;
    }
    UNROLL for (uint t = 0u; t < numbers; ++t) dw[t] = 0.0;
    for (uint block = 0u; block < params.rows / 4u; ++block) {
        LOAD_GRADIENTS(block * columns)
        UNROLL for (uint r = 0u; r < 4u; ++r) {
            uint at = (block * 4u + r) * params.feature_vectors + i;
            vec4 v = LOAD4(x, at), d = vec4(0.0);
            UNROLL for (uint c = 0u; c < columns; ++c)
                UNROLL for (uint f = 0u; f < 4u; ++f) {
                    d[f] += g[r * columns + c] * w[f * columns + c];
                    dw[f * columns + c] += v[f] * g[r * columns + c];
                }
            if (through_relu != 0u) d = mix(vec4(0.0), d * params.factor, greaterThan(v, vec4(0.0)));
            dx.data[at] = d;
        }
    }
    UNROLL for (uint t = 0u; t < columns; ++t)
        dweight.data[i * columns + t] = vec4(dw[4u * t], dw[4u * t + 1u], dw[4u * t + 2u], dw[4u * t + 3u]);
}
