// Elements of an application's buffer. 0: f32, 1: f16, 2: unorm8, 3: u32 (bits are passed on unchanged).
layout(constant_id = 1) const uint element_format = 0u;
// The buffer's order is NxCxHxW, the tensor's NxHxWxC.
layout(constant_id = 2) const bool nchw = false;

uint elements_per_word() { return element_format == 1u ? 2u : element_format == 2u ? 4u : 1u; }

// Where element i of the tensor lies in the buffer.
uint in_buffer(uint i, uint pixels, uint channels) {
    if (!nchw) return i;
    uint n = i, c = take_axis(n, channels), pixel = take_axis(n, pixels);
    return (n * channels + c) * pixels + pixel;
}

// Where element i of the buffer lies in the tensor.
uint in_tensor(uint i, uint pixels, uint channels) {
    if (!nchw) return i;
    uint n = i, pixel = take_axis(n, pixels), c = take_axis(n, channels);
    return (n * pixels + pixel) * channels + c;
}
