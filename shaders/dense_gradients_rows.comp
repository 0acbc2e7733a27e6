#version 450
#extension GL_GOOGLE_include_directive : require
// All gradients of a dense layer of few rows: dx = dy W^T, dW = x^T dy, db = sum of the rows of dy. features % 4 == 0,
// columns % 4 == 0. One invocation makes those of four features, whose x and dx stay in registers while it goes through
// the columns; invocations behind them make four numbers of db each.
// Inputs are always read as texels: storage buffers may be four.
#include "common.glsl"
layout(constant_id = 1) const uint rows = 4u;
layout(constant_id = 2) const uint has_bias = 0u;
layout(constant_id = 3) const uint through_relu = 0u;  // dx passes where x > 0, times `factor`

INPUT4(0, X, x)
INPUT4(1, Weight, weight)
INPUT4(2, DY, dy)
OUTPUT4(3, DX, dx)
OUTPUT4(4, DWeight, dweight)
OUTPUT4(5, DBias, dbias)
layout(push_constant) uniform Params {
    uint feature_vectors;
    uint column_vectors;
    float factor;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.feature_vectors) {
        uint column = i - params.feature_vectors;
        if (has_bias == 0u || column >= params.column_vectors) return;
        vec4 sum = vec4(0.0);
        UNROLL for (uint m = 0u; m < rows; ++m) sum += LOAD4(dy, m * params.column_vectors + column);
        dbias.data[column] = sum;
        return;
    }
    vec4 v[rows], d[rows];
    UNROLL for (uint m = 0u; m < rows; ++m) {
        v[m] = LOAD4(x, m * params.feature_vectors + i);
        d[m] = vec4(0.0);
    }
    for (uint n = 0u; n < params.column_vectors; ++n) {
        vec4 g[rows];
        UNROLL for (uint m = 0u; m < rows; ++m) g[m] = LOAD4(dy, m * params.column_vectors + n);
        UNROLL for (uint f = 0u; f < 4u; ++f) {
            uint at = (i * 4u + f) * params.column_vectors + n;
            vec4 w = LOAD4(weight, at), dw = vec4(0.0);
            UNROLL for (uint m = 0u; m < rows; ++m) {
                dw += v[m][f] * g[m];
                d[m][f] = g[m].x * w.x + (g[m].y * w.y + (g[m].z * w.z + (g[m].w * w.w + d[m][f])));
            }
            dweight.data[at] = dw;
        }
    }
    UNROLL for (uint m = 0u; m < rows; ++m) {
        if (through_relu != 0u) d[m] = mix(vec4(0.0), d[m] * params.factor, greaterThan(v[m], vec4(0.0)));
        dx.data[m * params.feature_vectors + i] = d[m];
    }
}
