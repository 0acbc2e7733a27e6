#version 450
#extension GL_GOOGLE_include_directive : require
// For each row of a table the places that name it, as a list in their order: first[row], then next[place], ending with none.
#include "common.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Indices { uint data[]; } indices;
layout(set = 0, binding = 1, std430) writeonly buffer First { uint data[]; } first;
layout(set = 0, binding = 2, std430) writeonly buffer Next { uint data[]; } next;
layout(push_constant) uniform Params {
    uint count;
    uint rows;
} params;
const uint none = 0xFFFFFFFFu;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint found = none;
    for (uint i = params.count; i-- > 0u;) {
        if (indices.data[i] != row) continue;
        next.data[i] = found;
        found = i;
    }
    first.data[row] = found;
}
