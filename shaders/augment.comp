#version 450
#extension GL_GOOGLE_include_directive : require
// The pictures of a batch as the numbers of augmentation_draws.comp say, one invocation per pixel: sampling, colour, noise,
// cutout, and mixing with the next picture. Rows past the live ones are zeros.
#include "common.glsl"
#include "random.glsl"
#include "step_state.glsl"
INPUT1(0, X, x)
INPUT1(1, Draws, draws)
STEP_STATE(2)
OUTPUT1(3, Y, y)
layout(constant_id = 1) const uint channels = 3u;
layout(constant_id = 2) const bool interpolate = true;  // otherwise positions are whole pixels
layout(constant_id = 3) const bool colours = true;
layout(constant_id = 4) const bool noisy = true;
layout(constant_id = 5) const bool mixes = true;
layout(push_constant) uniform Params {
    uint rows;
    uint height;
    uint width;
    uint stream;
    float black;
    float white;
    float noise;  // per unit of the byte sum
    uint cutout;
} params;

float draw(uint row, uint k) { return LOAD1(draws, row * 12u + k); }
uint colour_channels() { return channels - (channels % 2u == 0u ? 1u : 0u); }

vec4 pixel(uint row, float column, float line) {
    bool inside = column >= 0.0 && line >= 0.0 && column < float(params.width) && line < float(params.height);
    uint at = inside ? ((row * params.height + uint(line)) * params.width + uint(column)) * channels : 0u;
    vec4 value = vec4(params.black);
    UNROLL for (uint c = 0u; c < channels; ++c) {
        float stored = LOAD1(x, at + c);
        value[c] = inside ? stored : params.black;
    }
    return value;
}

vec4 sampled(uint row, float column, float line) {
    float from_column = draw(row, 0u) * column + draw(row, 1u) * line + draw(row, 2u);
    float from_line = draw(row, 3u) * column + draw(row, 4u) * line + draw(row, 5u);
    if (!interpolate) return pixel(row, floor(from_column + 0.5), floor(from_line + 0.5));
    float left = floor(from_column), top = floor(from_line);
    float right_share = from_column - left, bottom_share = from_line - top;
    vec4 upper = pixel(row, left, top), lower = pixel(row, left, top + 1.0);
    upper += right_share * (pixel(row, left + 1.0, top) - upper);
    lower += right_share * (pixel(row, left + 1.0, top + 1.0) - lower);
    return upper + bottom_share * (lower - upper);
}

vec4 coloured(uint row, vec4 value, float middle) {
    vec4 changed = middle + draw(row, 7u) * (value + draw(row, 6u) - middle);
    float grey = dot(changed.rgb, vec3(0.299, 0.587, 0.114));
    if (channels >= 3u) changed.rgb = grey + draw(row, 8u) * (changed.rgb - grey);
    return changed;
}

// The sum of four bytes, less its mean: nearly normal (Irwin and Hall), and the same bits on every device.
float byte_sum(uint word) {
    return float(int((word & 255u) + ((word >> 8) & 255u) + ((word >> 16) & 255u) + (word >> 24)) - 510);
}

vec4 picture(uint row, uint column, uint line) {
    vec4 value = sampled(row, float(column), float(line));
    float middle = 0.5 * (params.black + params.white);
    if (colours || noisy) {
        vec4 changed = colours ? coloured(row, value, middle) : value;
        uint at = ((row * params.height + line) * params.width + column) * channels;
        if (noisy)
            UNROLL for (uint c = 0u; c < channels; ++c)
                changed[c] += params.noise * byte_sum(random_word(state.seed, state.random_counter, params.stream + 2u, at + c));
        changed = clamp(changed, min(params.black, params.white), max(params.black, params.white));
        UNROLL for (uint c = 0u; c < channels; ++c)
            if (c < colour_channels()) value[c] = changed[c];
    }
    if (params.cutout != 0u) {
        float from_left = float(column) - draw(row, 9u), from_top = float(line) - draw(row, 10u), side = float(params.cutout);
        if (from_left >= 0.0 && from_top >= 0.0 && from_left < side && from_top < side) value = vec4(middle);
    }
    return value;
}

void main() {
    uint i = invocation_index();
    if (i >= params.rows * params.height * params.width) return;
    uint row = i, to = i * channels;
    uint column = take_axis(row, params.width);
    uint line = take_axis(row, params.height);
    uint live = state.batch != 0u ? min(state.live_rows, params.rows) : params.rows;
    vec4 value = vec4(0.0);
    if (row < live) {
        value = picture(row, column, line);
        if (mixes) {
            vec4 other = picture(row + 1u == live ? 0u : row + 1u, column, line);
            value = other + draw(row, 11u) * (value - other);
        }
    }
    UNROLL for (uint c = 0u; c < channels; ++c) y.data[to + c] = value[c];
}
