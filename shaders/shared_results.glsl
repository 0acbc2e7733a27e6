// The end of a tile of shared_tiles.glsl: bias, activation, and the results that lie inside the matrix, [matrix, rows, columns].
// RESULT_ROW(row): the row of memory that a row of results goes to.
#ifndef RESULT_ROW
#define RESULT_ROW(row) (row)
#endif
void write_results(uint m0, uint n0, uint matrix) {
    uint row0 = m0 + gl_LocalInvocationID.x / lanes_n * 4u, column0 = n0 + gl_LocalInvocationID.x % lanes_n * 4u;
    UNROLL for (uint v = 0u; v < sum_vectors; ++v) {
        uint column = column0 + v * lanes_n * 4u;
        bool column_inside = column < params.columns;
#ifdef B_SCALAR
        vec4 offset = vec4(0.0);
        if (has_bias != 0u)
            UNROLL for (uint l = 0u; l < 4u; ++l) offset[l] = LOAD1(bias, min(column + l, params.columns - 1u));
#else
        vec4 offset = has_bias != 0u ? LOAD4(bias, column_inside ? column / 4u : 0u) : vec4(0.0);
#endif
        UNROLL for (uint m = 0u; m < lane_m; ++m) {
            uint row = row0 + m / 4u * lanes_m * 4u + m % 4u;
            uint at = (matrix * params.rows + RESULT_ROW(row)) * params.columns + column;
            bool row_inside = row < params.rows;
            if (row_inside && column_inside) {  // no `continue`: some drivers unroll no loop with one
                vec4 value = activate(activation, sum[m * sum_vectors + v] + offset, params.activation_parameter);
#ifdef B_SCALAR
                UNROLL for (uint l = 0u; l < 4u; ++l)
                    if (column + l < params.columns) c.data[at + l] = value[l];
#else
                c.data[at / 4u] = PACK(value);
#endif
            }
        }
    }
}
