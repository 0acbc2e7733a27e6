#version 450
#extension GL_GOOGLE_include_directive : require
// Second half of a split sum: y[i] = activation(sum over s of partial[s * elements + i] + bias[i % columns]).
#include "common.glsl"
#include "activation.glsl"
layout(constant_id = 1) const uint has_bias = 0u;
layout(constant_id = 2) const uint activation = 0u;

INPUT1(0, Partial, partial)
INPUT1(1, Bias, bias)
OUTPUT1(2, Y, y)
layout(push_constant) uniform Params {
    uint elements;
    uint splits;
    uint columns;
    float activation_parameter;
} params;

void main() {
    uint i = invocation_index();
    if (i >= params.elements) return;
    float sum = has_bias != 0u ? LOAD1(bias, i - quotient(i, params.columns) * params.columns) : 0.0;
    for (uint s = 0u; s < params.splits; ++s) sum += LOAD1(partial, s * params.elements + i);
    y.data[i] = activate(activation, sum, params.activation_parameter);
}
