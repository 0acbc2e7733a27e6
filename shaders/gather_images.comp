#version 450
#extension GL_GOOGLE_include_directive : require
// Rows of the batch from a resident data set of bytes: row r is sample order[cursor + r], each byte enters as
// byte * scale + shift. The set may lie in several ranges: one dispatch per range writes the rows whose sample lies in
// [first_sample, first_sample + sample_count); the one with `clears` also writes zeros into rows that are no samples.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) readonly buffer Images { uint data[]; } images;
layout(set = 0, binding = 1, std430) readonly buffer Order { uint data[]; } order;
STEP_STATE(2)
OUTPUT1(3, Rows, rows)
layout(push_constant) uniform Params {
    uint rows;
    uint image_bytes;
    uint first_sample;
    uint sample_count;
    uint clears;
    float scale;
    float shift;
} params;

void main() {
    uint i = invocation_index();
    uint words_per_row = (params.image_bytes + 3u) / 4u;
    if (i >= params.rows * words_per_row) return;
    uint row = i, at = take_axis(row, words_per_row) * 4u;
    uint end = min(at + 4u, params.image_bytes), to = row * params.image_bytes;
    if (row >= state.live_rows) {
        if (params.clears != 0u)
            for (uint e = at; e < end; ++e) rows.data[to + e] = 0.0;
        return;
    }
    uint sample_index = order.data[state.cursor + row] - params.first_sample;
    if (sample_index >= params.sample_count) return;
    for (uint e = at; e < end; ++e) {
        uint from = sample_index * params.image_bytes + e;
        float v = float((images.data[from / 4u] >> (from % 4u * 8u)) & 255u);
        rows.data[to + e] = v * params.scale + params.shift;
    }
}
