#pragma once
// Geometry of windowed operations, shared by graph, kernels and reference so that it is
// computed in one place. All sizes in elements; pads are the leading ones (top, left).

#include <cstdint>

namespace hekla {

/// y[n,oh,ow,o] = sum over i,j,c of x[n, oh*stride_h + i*dilation_h - pad_top, ..., g*C/groups + c] * k[i,j,c,o]
struct Conv2dGeometry {
    std::uint32_t batch = 1, height = 1, width = 1, channels = 1;  // input, NHWC
    std::uint32_t kernel_h = 1, kernel_w = 1, filters = 1;         // weight [kh, kw, channels/groups, filters]
    std::uint32_t out_h = 1, out_w = 1;
    std::uint32_t stride_h = 1, stride_w = 1;
    std::uint32_t dilation_h = 1, dilation_w = 1;
    std::uint32_t pad_top = 0, pad_left = 0;
    std::uint32_t groups = 1;

    std::uint32_t group_channels() const { return channels / groups; }
    std::uint32_t group_filters() const { return filters / groups; }
    std::uint64_t input_elements() const { return std::uint64_t{batch} * height * width * channels; }
    std::uint64_t weight_elements() const {
        return std::uint64_t{kernel_h} * kernel_w * group_channels() * filters;
    }
    std::uint64_t output_elements() const { return std::uint64_t{batch} * out_h * out_w * filters; }
    std::uint64_t multiply_adds() const { return output_elements() * kernel_h * kernel_w * group_channels(); }
    bool operator==(const Conv2dGeometry&) const = default;
};

/// Windows over an NHWC image, per channel.
struct Pool2dGeometry {
    std::uint32_t batch = 1, height = 1, width = 1, channels = 1;
    std::uint32_t kernel_h = 1, kernel_w = 1;
    std::uint32_t out_h = 1, out_w = 1;
    std::uint32_t stride_h = 1, stride_w = 1;
    std::uint32_t pad_top = 0, pad_left = 0;
    /// Trailing pad that counts as part of an average when count_include_pad is set
    /// (positions beyond it, reached only by ceil mode, never count; PyTorch's rule).
    std::uint32_t pad_bottom = 0, pad_right = 0;
    bool count_include_pad = false;

    std::uint64_t input_elements() const { return std::uint64_t{batch} * height * width * channels; }
    std::uint64_t output_elements() const { return std::uint64_t{batch} * out_h * out_w * channels; }
    bool operator==(const Pool2dGeometry&) const = default;
};

/// Images enlarged by whole factors, NHWC.
struct Upsample2dGeometry {
    std::uint32_t batch = 1, height = 1, width = 1, channels = 1;
    std::uint32_t factor_h = 1, factor_w = 1;
    bool bilinear = false;

    std::uint64_t input_elements() const { return std::uint64_t{batch} * height * width * channels; }
    std::uint64_t output_elements() const { return input_elements() * factor_h * factor_w; }
    bool operator==(const Upsample2dGeometry&) const = default;
};

/// Statistics of x [outer, rows, groups * width] over rows and width, one mean and variance per (outer, group).
/// Batch: outer 1, width 1. Instance: outer N, width 1. Group: outer N. Layer: rows 1, groups 1.
struct NormGeometry {
    std::uint32_t outer = 1, rows = 1, groups = 1, width = 1;
    /// Rows of one sample; with a step state only the first live_rows samples count (of outer 1), and what follows is zero.
    std::uint32_t sample_rows = 1;
    float epsilon = 1e-5f;

    std::uint32_t channels() const { return groups * width; }
    std::uint64_t elements() const { return std::uint64_t{outer} * rows * groups * width; }
    std::uint64_t statistics() const { return std::uint64_t{outer} * groups; }
    bool operator==(const NormGeometry&) const = default;
};

/// C[b,m,n] = sum over k of A[b,m,k] * B[b,k,n], either operand stored transposed.
struct MatmulGeometry {
    std::uint32_t batch = 1, rows = 1, columns = 1, depth = 1;
    bool transpose_a = false;  // A is stored [batch, depth, rows]
    bool transpose_b = false;  // B is stored [batch, columns, depth]
    bool broadcast_a = false;  // one A for all batches
    bool broadcast_b = false;  // one B for all batches

    std::uint64_t a_elements() const { return std::uint64_t{broadcast_a ? 1 : batch} * rows * depth; }
    std::uint64_t b_elements() const { return std::uint64_t{broadcast_b ? 1 : batch} * depth * columns; }
    std::uint64_t c_elements() const { return std::uint64_t{batch} * rows * columns; }
    std::uint64_t multiply_adds() const { return c_elements() * depth; }
    bool operator==(const MatmulGeometry&) const = default;
};

}  // namespace hekla
