// The activation of an epilogue: row `activation - 1` of pointwise_rows.glsl, 0 for none. `a` is its parameter.
#include "pointwise.glsl"
float activate(uint activation, float x, float a) {
    uint row = 1u;
#define UNARY(name, forward, gradient, needs) if (activation == row++) return forward;
#include "pointwise_rows.glsl"
#undef UNARY
    return x;
}
vec4 activate(uint activation, vec4 v, float a) {
    if (activation == 0u) return v;
    return vec4(activate(activation, v.x, a), activate(activation, v.y, a), activate(activation, v.z, a),
                activate(activation, v.w, a));
}
