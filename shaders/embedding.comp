#version 450
#extension GL_GOOGLE_include_directive : require
// y[i] = table[indices[i]]; zeros for an index beyond the table.
#include "common.glsl"

INPUT(0, Table, table)
layout(set = 0, binding = 1, std430) readonly buffer Indices { uint data[]; } indices;
OUTPUT(2, Y, y)
layout(push_constant) uniform Params {
    uint count;
    uint rows;
    uint columns;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.count * params.columns) return;
    uint at = i, column = take_axis(at, params.columns);
    uint row = indices.data[at];
    y.data[i] = row < params.rows ? LOAD(table, row * params.columns + column) : T(0.0);
}
