#version 450
#extension GL_GOOGLE_include_directive : require
// Max-norm constraint: every column of a matrix (the weights of one filter or unit) keeps a norm of at most `limit`.
#include "common.glsl"
#include "step_state.glsl"
layout(set = 0, binding = 0, std430) buffer Weight { float data[]; } weight;
STEP_STATE(1)
#include "updates_nothing.glsl"
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
    float limit;
} params;

void main() {
    uint column = invocation_index();
    if (column >= params.columns || updates_nothing()) return;
    float sum = 0.0;
    for (uint row = 0u; row < params.rows; ++row) {
        float w = weight.data[row * params.columns + column];
        sum += w * w;
    }
    float norm = sqrt(sum);
    if (!(norm > params.limit)) return;
    float factor = params.limit / (norm + 1e-7);
    for (uint row = 0u; row < params.rows; ++row) weight.data[row * params.columns + column] *= factor;
}
