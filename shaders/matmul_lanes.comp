#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
// The product of matmul_vec4.comp where a subgroup reads A once: each of its lanes reads a part of the tile's rows and
// hands it out to the others by shuffles. A workgroup is one subgroup, of group_size lanes, which run along the columns;
// it makes tile_m rows x group_size * tile_v vec4s of columns.
//   A: row-major, vec4 along k (depth % (4 * steps) == 0), or with A_TRANSPOSED [k,m], vec4 along m (rows % 4 == 0,
//      depth % steps == 0)
//   B: row-major, vec4 along n (columns % 4 == 0)
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint tile_m = 16u;  // divides group_size or is a multiple of it; four times that if A_TRANSPOSED
layout(constant_id = 2) const uint tile_v = 1u;
layout(constant_id = 3) const uint steps = 1u;  // reads of A along k in one round of the loop: vec4s, or numbers if A_TRANSPOSED
layout(constant_id = 4) const uint has_bias = 0u;
layout(constant_id = 5) const uint activation = 0u;

INPUT4(0, A, a)
INPUT4(1, B, b)
INPUT4(2, Bias, bias)
OUTPUT4(3, C, c)
layout(push_constant) uniform Params {
    uint batch;
    uint rows;
    uint column_vectors;
    uint depth;
    uint a_batch, b_batch;  // vec4s from one matrix to the next; 0: the same for all
    uint splits;
    uint depth_per_split;  // a multiple of what a round takes
    float activation_parameter;
} params;

// A read of all lanes takes `read_rows` (vec4s of) rows by `read_steps` steps.
#ifdef A_TRANSPOSED
const uint rows_per_lane = 4u, steps_per_lane = 1u;
#else
const uint rows_per_lane = 1u, steps_per_lane = 4u;
#endif
const uint tile_rows = tile_m / rows_per_lane;
const uint read_rows = tile_rows < group_size ? tile_rows : group_size;
const uint read_steps = group_size / read_rows;
const uint round_depth = steps * steps_per_lane;

vec4 sum[tile_m * tile_v];

void main() {
    uint tiles_v = (params.column_vectors + group_size * tile_v - 1u) / (group_size * tile_v);
    uint tiles_m = (params.rows + tile_m - 1u) / tile_m;
    // The same in all lanes: none leaves early, for all of them are needed by the shuffles.
    uint i = gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x;
    if (i >= tiles_v * tiles_m * params.batch * params.splits) return;
    uint lane = gl_SubgroupInvocationID;
    uint v0 = take_axis(i, tiles_v) * group_size * tile_v + lane;
    uint m0 = take_axis(i, tiles_m) * tile_m;
    uint batch = take_axis(i, params.batch);
    uint split = i;

    uint first = split * params.depth_per_split, end = min(params.depth, first + params.depth_per_split);
    uint b_at[tile_v];
    UNROLL for (uint v = 0u; v < tile_v; ++v)
        b_at[v] = batch * params.b_batch + first * params.column_vectors + min(v0 + v * group_size, params.column_vectors - 1u);
    // Where this lane's first row begins, and how far it is to the next step.
#ifdef A_TRANSPOSED
    uint row_vectors = params.rows / 4u, a_step = row_vectors;
#else
    uint row_vectors = params.rows, a_step = 1u;
#endif
    uint a_at[tile_rows / read_rows];
    UNROLL for (uint p = 0u; p < tile_rows / read_rows; ++p) {
        uint row = min(m0 / rows_per_lane + p * read_rows + lane % read_rows, row_vectors - 1u);
#ifdef A_TRANSPOSED
        a_at[p] = batch * params.a_batch + row + (first + lane / read_rows) * row_vectors;
#else
        a_at[p] = batch * params.a_batch + row * (params.depth / 4u) + first / 4u + lane / read_rows;
#endif
    }
    UNROLL for (uint t = 0u; t < tile_m * tile_v; ++t) sum[t] = vec4(0.0);

    uint a_round = 0u, b_row = 0u;
    for (uint k = first; k < end; k += round_depth) {
        vec4 right[round_depth * tile_v];
        UNROLL for (uint l = 0u; l < round_depth; ++l) {
            UNROLL for (uint v = 0u; v < tile_v; ++v) right[l * tile_v + v] = LOAD4(b, b_at[v] + b_row);
            b_row += params.column_vectors;
        }
        UNROLL for (uint p = 0u; p < tile_rows / read_rows; ++p) {
            vec4 left[steps / read_steps];
            UNROLL for (uint q = 0u; q < steps / read_steps; ++q) left[q] = LOAD4(a, a_at[p] + a_round + q * read_steps * a_step);
            UNROLL for (uint m = 0u; m < read_rows * rows_per_lane; ++m)
                UNROLL for (uint v = 0u; v < tile_v; ++v) {
                    uint at = (p * read_rows * rows_per_lane + m) * tile_v + v;
                    // All of a round at once: where results lie in memory, each is read and written once a round.
                    vec4 s = sum[at];
                    UNROLL for (uint l = 0u; l < round_depth; ++l) {
                        uint step = l / steps_per_lane;
                        float number = left[step / read_steps][rows_per_lane == 1u ? l % 4u : m % 4u];
                        s += subgroupShuffle(number, step % read_steps * read_rows + m / rows_per_lane) * right[l * tile_v + v];
                    }
                    sum[at] = s;
                }
        }
        a_round += steps * a_step;
    }

    UNROLL for (uint v = 0u; v < tile_v; ++v) {
        uint vector = v0 + v * group_size;
        if (vector < params.column_vectors) {
            vec4 offset = has_bias != 0u ? LOAD4(bias, vector) : vec4(0.0);
            UNROLL for (uint m = 0u; m < tile_m; ++m)
                if (m0 + m < params.rows)
                    c.data[((split * params.batch + batch) * params.rows + m0 + m) * params.column_vectors + vector] =
                        PACK(activate(activation, sum[m * tile_v + v] + offset, params.activation_parameter));
        }
    }
}
