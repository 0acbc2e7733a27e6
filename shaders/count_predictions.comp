#version 450
#extension GL_GOOGLE_include_directive : require
// Counts what a batch of logits says, one row per invocation: the confusion matrix, the rank of each label, and histograms of
// every class's log-odds. Whole numbers, added atomically: their order does not matter. A label >= classes is no sample.
#include "common.glsl"
layout(constant_id = 1) const uint bins = 1024u;
INPUT1(0, Logits, logits)
layout(set = 0, binding = 1, std430) readonly buffer Labels { uint data[]; } labels;
layout(set = 0, binding = 2, std430) buffer Counts { uint data[]; } counts;
layout(push_constant) uniform Params {
    uint rows;
    uint classes;
} params;

void main() {
    uint row = invocation_index();
    if (row >= params.rows) return;
    uint label = labels.data[row], classes = params.classes, base = row * classes;
    if (label >= classes) return;
    uint best = 0u, rank = 0u;
    float top = LOAD1(logits, base), own = LOAD1(logits, base + label);
    for (uint c = 0u; c < classes; ++c) {
        float v = LOAD1(logits, base + c);
        if (v > top) {
            top = v;
            best = c;
        }
        if (v > own || (v == own && c < label)) ++rank;
    }
    atomicAdd(counts.data[label * classes + best], 1u);
    atomicAdd(counts.data[classes * classes + rank], 1u);

    // Odds of class c are exp(v - top) to the sum over the others, which is at least 1 but for the best class.
    float others_of_best = 0.0;
    for (uint c = 0u; c < classes; ++c)
        if (c != best) others_of_best += exp(LOAD1(logits, base + c) - top);
    uint histograms = classes * classes + classes;
    for (uint c = 0u; c < classes; ++c) {
        float v = LOAD1(logits, base + c) - top;
        float others = c == best ? others_of_best : 1.0 + others_of_best - exp(v);
        float odds = others > 0.0 ? clamp(v - log(others), -16.0, 16.0) : 16.0;
        uint bin = min(uint((odds + 16.0) * (float(bins) / 32.0)), bins - 1u);
        atomicAdd(counts.data[histograms + (2u * c + (c == label ? 1u : 0u)) * bins + bin], 1u);
    }
}
