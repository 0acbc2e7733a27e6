#version 450
#extension GL_GOOGLE_include_directive : require
// Statistics [3, channels] of normalization (norm_combine.comp) from means and variances that are given.
#include "common.glsl"

INPUT1(0, Mean, mean)
INPUT1(1, Variance, variance)
OUTPUT1(2, Statistics, statistics)
layout(push_constant) uniform Params {
    uint channels;
    float epsilon;
} params;

void main() {
    uint c = invocation_index();
    if (c >= params.channels) return;
    statistics.data[c] = LOAD1(mean, c);
    statistics.data[params.channels + c] = 1.0 / sqrt(LOAD1(variance, c) + params.epsilon);
    statistics.data[2u * params.channels + c] = LOAD1(variance, c);
}
