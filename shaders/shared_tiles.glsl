// The product of a tile of tile_m x tile_n results by a workgroup: slices of tile_k of the depth go through shared memory,
// each invocation adds up lane_m x lane_n results. Included by matmul_shared.comp and conv2d_shared.comp, which say where
// the left operand comes from and define left_depth_first and right_depth_first; the right operand `b` is a matrix.
//
// A slice lies in shared memory as vec4s along the lines (rows of the left operand, columns of the right), one row per
// step of the depth, a vec4 longer than it needs to be: neighbours who write along the depth then meet other banks.
// While a slice is multiplied, the next one is on its way into registers ("held"). All of a group run the same rounds.
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 64u;
layout(constant_id = 2) const uint tile_n = 64u;
layout(constant_id = 3) const uint tile_k = 16u;
layout(constant_id = 4) const uint lane_m = 8u;  // group_size = tile_m / lane_m * (tile_n / lane_n)
layout(constant_id = 5) const uint lane_n = 4u;
layout(constant_id = 6) const uint buffers = 1u;  // slices in shared memory: with two, a round has one barrier instead of two
layout(constant_id = 7) const uint has_bias = 0u;
layout(constant_id = 8) const uint activation = 0u;

// An invocation reads an operand's slice in items: a vec4 along the lines, read at once or, if SCALAR, one number at a time;
// or a block of 4 lines by 4 steps, read as vec4s along the depth and turned over on its way into shared memory.
#ifdef A_SCALAR
const uint left_steps = 1u, left_lines = 4u;  // of an item; the lines are what is read at once
#define LOAD_LEFT(s, l, address, inside) left_held[s][l] = inside ? LOAD1(a, address) : 0.0
#else
const uint left_steps = left_depth_first != 0u ? 4u : 1u, left_lines = left_steps;
#define LOAD_LEFT(s, l, address, inside) left_held[(s) * left_lines + (l)] = inside ? LOAD4(a, address) : vec4(0.0)
#endif
#ifdef B_SCALAR
const uint right_steps = 1u, right_lines = 4u;
#define LOAD_RIGHT(s, l, address, inside) right_held[s][l] = inside ? LOAD1(b, address) : 0.0
#else
const uint right_steps = right_depth_first != 0u ? 4u : 1u, right_lines = right_steps;
#define LOAD_RIGHT(s, l, address, inside) right_held[(s) * right_lines + (l)] = inside ? LOAD4(b, address) : vec4(0.0)
#endif
const uint left_unit = 4u / left_lines, right_unit = 4u / right_lines;  // lines per line that is read
const uint left_vectors = tile_m / 4u, right_vectors = tile_n / 4u;
const uint left_row = left_vectors + 1u, right_row = right_vectors + 1u;
const uint left_count = left_vectors * (tile_k / left_steps), right_count = right_vectors * (tile_k / right_steps);
const uint left_items = (left_count + group_size - 1u) / group_size, right_items = (right_count + group_size - 1u) / group_size;
const uint lanes_m = tile_m / lane_m, lanes_n = tile_n / lane_n;
const uint sum_rows = lane_m / 4u, sum_vectors = lane_n / 4u;

shared vec4 left[buffers * tile_k * left_row];
shared vec4 right[buffers * tile_k * right_row];
vec4 left_held[left_items * left_steps];
vec4 right_held[right_items * right_steps];
vec4 sum[lane_m * sum_vectors];

// Where an item lies in the slice: x: vec4 along the lines, y: step of the depth. Neighbours run along what is contiguous.
uvec2 place_of(uint s, uint vectors, uint steps, bool depth_first) {
    uint item = gl_LocalInvocationID.x + s * group_size, across = tile_k / steps;
    return depth_first ? uvec2(item / across, item % across * steps) : uvec2(item % vectors, item / vectors * steps);
}
#define LEFT_PLACE(s) place_of(s, left_vectors, left_steps, left_depth_first != 0u)
#define RIGHT_PLACE(s) place_of(s, right_vectors, right_steps, right_depth_first != 0u)

// Macros, because functions would copy the arrays. A slice may have fewer items than there are invocations to read it.
#define STORE_SLICE(target, row, held, items, count, steps, PLACE)                                                    \
    UNROLL for (uint s = 0u; s < items; ++s) {                                                                        \
        uvec2 place = PLACE(s);                                                                                       \
        uint at = (buffer_now * tile_k + place.y) * row + place.x;                                                    \
        if (count % group_size == 0u || gl_LocalInvocationID.x + s * group_size < count) {                            \
            if (steps == 1u) target[at] = held[s];                                                                    \
            else                                                                                                      \
                UNROLL for (uint r = 0u; r < 4u; ++r)                                                                 \
                    target[at + r * row] = vec4(held[s * steps][r], held[s * steps + 1u % steps][r],                  \
                                                held[s * steps + 2u % steps][r], held[s * steps + 3u % steps][r]);    \
        }                                                                                                             \
    }

// Addresses of a matrix's items at the first step, and the reading of a slice `offset` from there.
#define BEGIN_MATRIX(at, items, lines, unit, steps, PLACE, first_line, all_lines, line_step, depth_step, base)         \
    UNROLL for (uint s = 0u; s < items; ++s)                                                                          \
        UNROLL for (uint l = 0u; l < lines; ++l) {                                                                    \
            uint line = min((first_line + PLACE(s).x * 4u) / unit + l, all_lines / unit - 1u);                        \
            at[s * lines + l] = base + line * line_step + (first + PLACE(s).y) / steps * depth_step;                  \
        }
#define FETCH_MATRIX(at, items, lines, PLACE, LOAD, k, offset)                                                        \
    UNROLL for (uint s = 0u; s < items; ++s) {                                                                        \
        bool inside = k + PLACE(s).y < end;                                                                           \
        UNROLL for (uint l = 0u; l < lines; ++l) LOAD(s, l, inside ? at[s * lines + l] + offset : 0u, inside);        \
    }

// Adds the product of the slices in `buffer_now`; this invocation's rows and columns lie, four by four, lanes_m and
// lanes_n vec4s apart.
void add_slice(uint buffer_now) {
    uint left_at = buffer_now * tile_k * left_row + gl_LocalInvocationID.x / lanes_n;
    uint right_at = buffer_now * tile_k * right_row + gl_LocalInvocationID.x % lanes_n;
    for (uint k = 0u; k < tile_k; k += 4u) {
        UNROLL for (uint step = 0u; step < 4u; ++step) {
            vec4 row[sum_rows], column[sum_vectors];
            UNROLL for (uint m = 0u; m < sum_rows; ++m) row[m] = left[left_at + step * left_row + m * lanes_m];
            UNROLL for (uint v = 0u; v < sum_vectors; ++v) column[v] = right[right_at + step * right_row + v * lanes_n];
            UNROLL for (uint m = 0u; m < lane_m; ++m)
                UNROLL for (uint v = 0u; v < sum_vectors; ++v) sum[m * sum_vectors + v] += row[m / 4u][m % 4u] * column[v];
        }
        left_at += 4u * left_row;
        right_at += 4u * right_row;
    }
}
