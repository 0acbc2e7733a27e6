// Helpers of the pooling kernels. Needs params with POOL2D_MEMBERS, T and the input x.

// Offset of x[n, h, w, channel].
uint input_at(uint n, int h, int w, uint channel) {
    return ((n * params.height + uint(h)) * params.width + uint(w)) * params.channels + channel;
}

// Number of positions that count in the average at output (oh, ow): those inside the image, or with
// count_include_pad inside the image and its padding (never what only ceil mode reaches).
float average_divisor(uint oh, uint ow) {
    int top = int(oh * params.stride_h) - params.pad_top, left = int(ow * params.stride_w) - params.pad_left;
    int bottom = top + int(params.kernel_h), right = left + int(params.kernel_w);
    int h_end = int(params.height), w_end = int(params.width);
    if (params.count_include_pad != 0u)
        return float((min(bottom, h_end + params.pad_bottom) - top) * (min(right, w_end + params.pad_right) - left));
    return float((min(bottom, h_end) - max(top, 0)) * (min(right, w_end) - max(left, 0)));
}
