#version 450
#extension GL_GOOGLE_include_directive : require
// x [outer, depth, inner] -> y [outer, chunks, inner]: chunk s reduces elements s, s + chunks, ... in that
// order, so the result does not depend on the schedule. inner counts vec4s where VEC4 is defined.
#include "common.glsl"
layout(constant_id = 1) const uint kind = 0u;  // 0 sum, 1 maximum, 2 minimum

INPUT(0, X, x)
OUTPUT(1, Y, y)
layout(push_constant) uniform Params {
    uint outer;
    uint depth;
    uint inner;
    uint chunks;
    float factor;  // of a sum
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.outer * params.chunks * params.inner) return;
    uint outer = i;
    uint column = take_axis(outer, params.inner), chunk = take_axis(outer, params.chunks);
    uint base = outer * params.depth * params.inner + column;
    T result = kind == 0u ? T(0.0) : LOAD(x, base + chunk * params.inner);
    for (uint k = chunk; k < params.depth; k += params.chunks) {
        T v = LOAD(x, base + k * params.inner);
        if (kind == 0u) result += v;
        else if (kind == 1u) result = max(result, v);
        else result = min(result, v);
    }
    y.data[i] = kind == 0u ? result * params.factor : result;
}
