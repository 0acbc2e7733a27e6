#version 450
#extension GL_GOOGLE_include_directive : require
// weight [3,3,C,O] to its Winograd transform [REACH * REACH, C, O], or with BACKWARD the gradient of the one from that of
// the other. One invocation does all of one (vec4 of) number(s) of C * O.
#include "common.glsl"
#include "winograd.glsl"

INPUT(0, From, from)
OUTPUT(1, To, to)
layout(push_constant) uniform Params {
    uint elements;  // C * O, in Ts
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
#ifdef BACKWARD
    const uint source = REACH, target = 3u;
#define MAP MAP_WEIGHT_GRADIENT
#else
    const uint source = 3u, target = REACH;
#define MAP MAP_WEIGHT
#endif
    T d[source * source], r[target * target];
    UNROLL for (uint t = 0u; t < source * source; ++t) d[t] = LOAD(from, t * params.elements + i);
    MAP_BOTH(MAP, r, target, d, source)
    UNROLL for (uint t = 0u; t < target * target; ++t) to.data[t * params.elements + i] = r[t];
}
