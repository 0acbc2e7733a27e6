// Push constants of the convolution kernels: Conv2dGeometry of engine/base/geometry.h.
#define CONV2D_MEMBERS \
    uint batch;        \
    uint height;       \
    uint width;        \
    uint channels;     \
    uint filters;      \
    uint out_h;        \
    uint out_w;        \
    int pad_top;       \
    int pad_left;      \
    uint stride_h;     \
    uint stride_w;     \
    uint dilation_h;   \
    uint dilation_w;   \
    uint kernel_h;     \
    uint kernel_w;     \
    uint groups;
