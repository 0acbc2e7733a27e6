#version 450
#extension GL_GOOGLE_include_directive : require
// The same for windows that neither overlap nor leave gaps nor reach into padding (stride = size): one window per
// invocation, which writes all its inputs; inputs that no window covers (a remainder at the edge) become 0.
#include "common.glsl"
#include "pool2d_geometry.glsl"
layout(constant_id = 1) const uint kernel_h = 2u;
layout(constant_id = 2) const uint kernel_w = 2u;
layout(constant_id = 3) const bool relu = false;  // x is ReLU's output: its gradient is taken along

INPUT(0, X, x)
INPUT(1, DY, dy)
OUTPUT(2, DX, dx)
layout(push_constant) uniform Params {
    POOL2D_MEMBERS
} params;
#include "pool2d.glsl"
#include "pool2d_maximum.glsl"

void main() {
    uint tiles_h = (params.height + kernel_h - 1u) / kernel_h, tiles_w = (params.width + kernel_w - 1u) / kernel_w;
    uint index = invocation_index();
    if (index >= params.batch * tiles_h * tiles_w * params.channels) return;
    uint channel = take_axis(index, params.channels), ow = take_axis(index, tiles_w), oh = take_axis(index, tiles_h);
    uint n = index;
    bool covered = oh < params.out_h && ow < params.out_w;

    T best = T(lowest);
    INDEX position = INDEX(0);
    UNROLL for (uint i = 0u; i < kernel_h; ++i)
        UNROLL for (uint j = 0u; j < kernel_w; ++j) {
            // Clamped for the uncovered remainder, whose maximum is not used.
            int h = int(min(oh * kernel_h + i, params.height - 1u)), w = int(min(ow * kernel_w + j, params.width - 1u));
            T v = LOAD(x, input_at(n, h, w, channel));
            MASK better = beats(v, best);
            best = mix(best, v, better);
            position = mix(position, INDEX(int(i * kernel_w + j)), better);
        }
    T g = T(0.0);
    if (covered) g = LOAD(dy, ((n * params.out_h + oh) * params.out_w + ow) * params.channels + channel);
    // The gradient goes to the maximum alone: where that is not positive, it goes nowhere.
    if (relu) g = mix(T(0.0), g, is_positive(best));
    UNROLL for (uint i = 0u; i < kernel_h; ++i)
        UNROLL for (uint j = 0u; j < kernel_w; ++j) {
            uint h = oh * kernel_h + i, w = ow * kernel_w + j;
            if (h < params.height && w < params.width) {
                uint at = input_at(n, int(h), int(w), channel);
                dx.data[at] = PACK(mix(T(0.0), g, is_at(position, int(i * kernel_w + j))));
            }
        }
}
