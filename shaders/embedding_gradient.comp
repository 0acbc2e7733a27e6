#version 450
#extension GL_GOOGLE_include_directive : require
// dtable[row] = sum of dy over the places that name the row, in their order (embedding_lists.comp): the same bits each time.
#include "common.glsl"

INPUT(0, DY, dy)
layout(set = 0, binding = 1, std430) readonly buffer First { uint data[]; } first;
layout(set = 0, binding = 2, std430) readonly buffer Next { uint data[]; } next;
OUTPUT(3, DTable, dtable)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.rows * params.columns) return;
    uint row = i, column = take_axis(row, params.columns);
    T sum = T(0.0);
    for (uint place = first.data[row]; place != 0xFFFFFFFFu; place = next.data[place]) sum += LOAD(dy, place * params.columns + column);
    dtable.data[i] = sum;
}
