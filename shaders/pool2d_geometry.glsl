// Push constants of the pooling kernels: Pool2dGeometry of engine/base/geometry.h; channels counts vec4s where
// VEC4 is defined.
#define POOL2D_MEMBERS \
    uint batch;        \
    uint height;       \
    uint width;        \
    uint channels;     \
    uint out_h;        \
    uint out_w;        \
    uint kernel_h;     \
    uint kernel_w;     \
    uint stride_h;     \
    uint stride_w;     \
    int pad_top;       \
    int pad_left;      \
    int pad_bottom;    \
    int pad_right;     \
    uint count_include_pad;
