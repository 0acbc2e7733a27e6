// Enlarging images by whole factors: which input pixels an output pixel is made of. Pixels are areas: with factor f the
// middle of output o lies at (o + 1/2) / f - 1/2 of the input (PyTorch's align_corners = False).
layout(constant_id = 1) const uint kind = 0u;  // 0 nearest, 1 bilinear

#define UPSAMPLE2D_MEMBERS \
    uint batch;            \
    uint height;           \
    uint width;            \
    uint channels;         \
    uint factor_h;         \
    uint factor_w;

struct Source {
    uint first, second;  // input pixels
    float weight;        // of the second
};
Source source_of(uint o, uint factor, uint size) {
    if (kind == 0u) return Source(quotient(o, factor), 0u, 0.0);
    float place = max((float(o) + 0.5) / float(factor) - 0.5, 0.0);
    uint first = min(uint(place), size - 1u);
    return Source(first, min(first + 1u, size - 1u), place - float(first));
}
