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

// The gradient of an activation from its output y; only rows whose gradient reads the output.
float activate_gradient(uint activation, float y, float dy, float a) {
    uint row = 1u;
    float x = y;
#define UNARY(name, forward, gradient, needs) if (activation == row++) return gradient;
#include "pointwise_rows.glsl"
#undef UNARY
    return dy;
}
vec4 activate_gradient(uint activation, vec4 y, vec4 dy, float a) {
    if (activation == 0u) return dy;
    return vec4(activate_gradient(activation, y.x, dy.x, a), activate_gradient(activation, y.y, dy.y, a),
                activate_gradient(activation, y.z, dy.z, a), activate_gradient(activation, y.w, dy.w, a));
}
