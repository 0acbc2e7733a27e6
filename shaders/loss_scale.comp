#version 450
#extension GL_GOOGLE_include_directive : require
// The gradient of the loss with respect to itself, times what keeps 16 bits from losing small gradients.
#include "common.glsl"
#include "step_state.glsl"
STEP_STATE(0)
OUTPUT1(1, Scale, scale)

void main() {
    if (invocation_index() == 0u) scale.data[0] = state.loss_scale;
}
