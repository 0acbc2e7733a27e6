// Winograd's convolutions with 3x3 kernels: outputs in tiles of TILE x TILE, from REACH x REACH inputs, by REACH * REACH
// products instead of 9 * TILE * TILE. Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2015:
//   y = A'[(G w G') * (B' x B)] A,   and its adjoint   dw = G'[(A dy A') * (B' x B)] G.
// Each macro is one of these maps in one dimension: r[r0], r[r0 + rs] ... from d[d0], d[d0 + ds] ...
#if TILE == 2
#define REACH 4u
#define MAP_INPUT(r, r0, rs, d, d0, ds)                    /* B' */ \
    r[r0] = d[d0] - d[(d0) + 2u * (ds)];                            \
    r[(r0) + (rs)] = d[(d0) + (ds)] + d[(d0) + 2u * (ds)];          \
    r[(r0) + 2u * (rs)] = d[(d0) + 2u * (ds)] - d[(d0) + (ds)];     \
    r[(r0) + 3u * (rs)] = d[(d0) + (ds)] - d[(d0) + 3u * (ds)];
#define MAP_WEIGHT(r, r0, rs, d, d0, ds)                   /* G */  \
    r[r0] = d[d0];                                                  \
    r[(r0) + (rs)] = 0.5 * (d[d0] + d[(d0) + (ds)] + d[(d0) + 2u * (ds)]);      \
    r[(r0) + 2u * (rs)] = 0.5 * (d[d0] - d[(d0) + (ds)] + d[(d0) + 2u * (ds)]); \
    r[(r0) + 3u * (rs)] = d[(d0) + 2u * (ds)];
#define MAP_OUTPUT(r, r0, rs, d, d0, ds)                   /* A' */ \
    r[r0] = d[d0] + d[(d0) + (ds)] + d[(d0) + 2u * (ds)];           \
    r[(r0) + (rs)] = d[(d0) + (ds)] - d[(d0) + 2u * (ds)] - d[(d0) + 3u * (ds)];
#define MAP_OUTPUT_GRADIENT(r, r0, rs, d, d0, ds)          /* A */  \
    r[r0] = d[d0];                                                  \
    r[(r0) + (rs)] = d[d0] + d[(d0) + (ds)];                        \
    r[(r0) + 2u * (rs)] = d[d0] - d[(d0) + (ds)];                   \
    r[(r0) + 3u * (rs)] = -d[(d0) + (ds)];
#define MAP_WEIGHT_GRADIENT(r, r0, rs, d, d0, ds)          /* G' */ \
    r[r0] = d[d0] + 0.5 * (d[(d0) + (ds)] + d[(d0) + 2u * (ds)]);   \
    r[(r0) + (rs)] = 0.5 * (d[(d0) + (ds)] - d[(d0) + 2u * (ds)]);  \
    r[(r0) + 2u * (rs)] = 0.5 * (d[(d0) + (ds)] + d[(d0) + 2u * (ds)]) + d[(d0) + 3u * (ds)];
#elif TILE == 4
#define REACH 6u
#define MAP_INPUT(r, r0, rs, d, d0, ds) {                                                      \
        T even = d[(d0) + 4u * (ds)] - 4.0 * d[(d0) + 2u * (ds)], odd = d[(d0) + 3u * (ds)] - 4.0 * d[(d0) + (ds)];   \
        T even2 = d[(d0) + 4u * (ds)] - d[(d0) + 2u * (ds)], odd2 = 2.0 * (d[(d0) + 3u * (ds)] - d[(d0) + (ds)]);     \
        r[r0] = 4.0 * d[d0] - 5.0 * d[(d0) + 2u * (ds)] + d[(d0) + 4u * (ds)];                                        \
        r[(r0) + (rs)] = even + odd;                                                                                  \
        r[(r0) + 2u * (rs)] = even - odd;                                                                             \
        r[(r0) + 3u * (rs)] = even2 + odd2;                                                                           \
        r[(r0) + 4u * (rs)] = even2 - odd2;                                                                           \
        r[(r0) + 5u * (rs)] = 4.0 * d[(d0) + (ds)] - 5.0 * d[(d0) + 3u * (ds)] + d[(d0) + 5u * (ds)];                 \
    }
#define MAP_WEIGHT(r, r0, rs, d, d0, ds) {                                                     \
        T outer = d[d0] + d[(d0) + 2u * (ds)], outer2 = d[d0] + 4.0 * d[(d0) + 2u * (ds)];     \
        r[r0] = 0.25 * d[d0];                                                                  \
        r[(r0) + (rs)] = -1.0 / 6.0 * (outer + d[(d0) + (ds)]);                                \
        r[(r0) + 2u * (rs)] = -1.0 / 6.0 * (outer - d[(d0) + (ds)]);                           \
        r[(r0) + 3u * (rs)] = 1.0 / 24.0 * (outer2 + 2.0 * d[(d0) + (ds)]);                    \
        r[(r0) + 4u * (rs)] = 1.0 / 24.0 * (outer2 - 2.0 * d[(d0) + (ds)]);                    \
        r[(r0) + 5u * (rs)] = d[(d0) + 2u * (ds)];                                             \
    }
#define MAP_OUTPUT(r, r0, rs, d, d0, ds) {                                                     \
        T sum1 = d[(d0) + (ds)] + d[(d0) + 2u * (ds)], difference1 = d[(d0) + (ds)] - d[(d0) + 2u * (ds)];            \
        T sum2 = d[(d0) + 3u * (ds)] + d[(d0) + 4u * (ds)], difference2 = d[(d0) + 3u * (ds)] - d[(d0) + 4u * (ds)];  \
        r[r0] = d[d0] + sum1 + sum2;                                                           \
        r[(r0) + (rs)] = difference1 + 2.0 * difference2;                                      \
        r[(r0) + 2u * (rs)] = sum1 + 4.0 * sum2;                                               \
        r[(r0) + 3u * (rs)] = difference1 + 8.0 * difference2 + d[(d0) + 5u * (ds)];           \
    }
#define MAP_OUTPUT_GRADIENT(r, r0, rs, d, d0, ds) {                                            \
        T even = d[d0] + d[(d0) + 2u * (ds)], odd = d[(d0) + (ds)] + d[(d0) + 3u * (ds)];      \
        T even2 = d[d0] + 4.0 * d[(d0) + 2u * (ds)], odd2 = 2.0 * d[(d0) + (ds)] + 8.0 * d[(d0) + 3u * (ds)];         \
        r[r0] = d[d0];                                                                         \
        r[(r0) + (rs)] = even + odd;                                                           \
        r[(r0) + 2u * (rs)] = even - odd;                                                      \
        r[(r0) + 3u * (rs)] = even2 + odd2;                                                    \
        r[(r0) + 4u * (rs)] = even2 - odd2;                                                    \
        r[(r0) + 5u * (rs)] = d[(d0) + 3u * (ds)];                                             \
    }
#define MAP_WEIGHT_GRADIENT(r, r0, rs, d, d0, ds) {                                            \
        T sum1 = -1.0 / 6.0 * (d[(d0) + (ds)] + d[(d0) + 2u * (ds)]);                          \
        T difference1 = -1.0 / 6.0 * (d[(d0) + (ds)] - d[(d0) + 2u * (ds)]);                   \
        T sum2 = 1.0 / 24.0 * (d[(d0) + 3u * (ds)] + d[(d0) + 4u * (ds)]);                     \
        T difference2 = 1.0 / 12.0 * (d[(d0) + 3u * (ds)] - d[(d0) + 4u * (ds)]);              \
        r[r0] = 0.25 * d[d0] + sum1 + sum2;                                                    \
        r[(r0) + (rs)] = difference1 + difference2;                                            \
        r[(r0) + 2u * (rs)] = sum1 + 4.0 * sum2 + d[(d0) + 5u * (ds)];                         \
    }
#endif

// From FROM x FROM numbers d to TO x TO numbers r, both square and row by row: along the columns, then along the rows.
#define MAP_BOTH(MAP, r, TO, d, FROM) {                                                        \
        T half_way[(TO) * (FROM)];                                                             \
        UNROLL for (uint column = 0u; column < (FROM); ++column) { MAP(half_way, column, FROM, d, column, FROM) }     \
        UNROLL for (uint row = 0u; row < (TO); ++row) { MAP(r, row * (TO), 1u, half_way, row * (FROM), 1u) }          \
    }
