#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_samplerless_texture_functions : require
// Pixels of an application's image become channels [first_channel, first_channel + count) of a tensor NxHxWxC.
#include "common.glsl"
#include "boundary.glsl"
layout(set = 0, binding = 0) uniform texture2DArray image;
OUTPUT1(1, Tensor, tensor)
layout(push_constant) uniform Params {
    uint batch;
    uint height;
    uint width;
    uint channels;
    uint first_channel;
    uint count;
    int origin[2];
    float scale[4];
    float shift[4];
} params;

void main() {
    uint pixel = invocation_index();
    if (pixel >= params.batch * params.height * params.width) return;
    uint n = pixel, x = take_axis(n, params.width), y = take_axis(n, params.height);
    vec4 texel = texelFetch(image, ivec3(params.origin[0] + int(x), params.origin[1] + int(y), int(n)), 0);
    uint to = pixel * params.channels + params.first_channel;
    for (uint c = 0u; c < params.count; ++c) tensor.data[to + c] = transferred(texel[c]) * params.scale[c] + params.shift[c];
}
