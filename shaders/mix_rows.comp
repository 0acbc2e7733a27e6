#version 450
#extension GL_GOOGLE_include_directive : require
// Rows mixed with the next live one by the shares that augmentation_draws.comp drew, as augment.comp mixes the pictures.
#include "common.glsl"
#include "step_state.glsl"
INPUT1(0, X, x)
INPUT1(1, Draws, draws)
STEP_STATE(2)
OUTPUT1(3, Y, y)
layout(push_constant) uniform Params {
    uint rows;
    uint columns;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.rows * params.columns) return;
    uint row = i;
    uint column = take_axis(row, params.columns);
    uint live = state.batch != 0u ? min(state.live_rows, params.rows) : params.rows;
    float value = LOAD1(x, i);
    if (row < live) {
        float other = LOAD1(x, (row + 1u == live ? 0u : row + 1u) * params.columns + column);
        value = other + LOAD1(draws, row * 12u + 11u) * (value - other);
    }
    y.data[i] = value;
}
