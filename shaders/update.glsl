// What every optimizer does first: scales and clips the gradient, adds L2 decay to it or takes decoupled decay off the
// parameter (Loshchilov and Hutter 2019). Needs the step state as `state`.
layout(constant_id = 3) const uint scaled = 0u;     // by the step state's gradient_scale
layout(constant_id = 4) const uint clipped = 0u;    // to +-clip
layout(constant_id = 5) const uint decoupled = 0u;

#include "updates_nothing.glsl"

vec4 gradient_for(vec4 g, vec4 p, float weight_decay, float clip) {
    if (scaled != 0u) g *= state.gradient_scale;
    if (clipped != 0u) {  // a NaN stays one
        g = mix(g, vec4(clip), greaterThan(g, vec4(clip)));
        g = mix(g, vec4(-clip), lessThan(g, vec4(-clip)));
    }
    return decoupled != 0u ? g : g + weight_decay * p;
}
vec4 decayed(vec4 p, float weight_decay) {
    return decoupled != 0u ? p - state.learning_rate * weight_decay * p : p;
}
