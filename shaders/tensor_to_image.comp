#version 450
#extension GL_GOOGLE_include_directive : require
// Channels [first_channel, first_channel + count) of a tensor NxHxWxC become the pixels of an application's image.
#include "common.glsl"
#include "boundary.glsl"
INPUT1(0, Tensor, tensor)
layout(set = 0, binding = 1, FORMAT) writeonly uniform image2DArray image;
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
    uint from = pixel * params.channels + params.first_channel;
    vec4 texel = vec4(0.0, 0.0, 0.0, 1.0);
    for (uint c = 0u; c < params.count; ++c) texel[c] = transferred(LOAD1(tensor, from + c) * params.scale[c] + params.shift[c]);
    imageStore(image, ivec3(params.origin[0] + int(x), params.origin[1] + int(y), int(n)), texel);
}
