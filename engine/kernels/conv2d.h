#pragma once
// Convolutions, NHWC: forward with optional bias and activation, and both gradients.

#include "base/geometry.h"
#include "kernels/epilogue.h"
#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: x, weight, [bias,] y.
class Conv2dForward : public Problem {
  public:
    Conv2dForward(const Conv2dGeometry& geometry, const Epilogue& epilogue = {}) : g_(geometry), epilogue_(epilogue) {}
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Conv2dGeometry g_;
    Epilogue epilogue_;
};

/// Operands: dy, weight, dx.
class Conv2dInputGradient : public Problem {
  public:
    explicit Conv2dInputGradient(const Conv2dGeometry& geometry) : g_(geometry) {}
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Conv2dGeometry g_;
};

/// Operands: x, dy, dweight.
class Conv2dWeightGradient : public Problem {
  public:
    explicit Conv2dWeightGradient(const Conv2dGeometry& geometry) : g_(geometry) {}
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Conv2dGeometry g_;
};

/// The same with the gradient of the bias, from the same reading of dy. Operands: x, dy, dweight, dbias.
class Conv2dWeightAndBiasGradient : public Problem {
  public:
    explicit Conv2dWeightAndBiasGradient(const Conv2dGeometry& geometry) : g_(geometry) {}
    /// Whether the weight's gradient is likely to be made by a kernel that sums up dy beside it.
    static bool pays(const vulkan::Device& device, const Conv2dGeometry& geometry);
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Conv2dGeometry g_;
};

/// "32x28x28x1 3x3x1x16 stride 1x1"
std::string to_string(const Conv2dGeometry& geometry);
/// What to_string leaves out: "padded 1x1 to 28x28"; empty where windows begin at the edge and none is left out at the end.
std::string padding_text(const Conv2dGeometry& geometry);

/// Same kernel, widths and remainders of channel counts modulo 8, but few images, rows and channels.
Conv2dGeometry small_geometry(const Conv2dGeometry& geometry);

/// The family that keeps an input row in registers (shaders/conv2d_rows.comp); needs one group and filters % 4 == 0.
/// Operand numbers of x, weight, bias (any number without bias) and y; the weight's operand may be scratch.
struct RowsOperands {
    std::uint32_t x, weight, bias, y;
};
std::vector<Implementation> conv2d_rows(const vulkan::Device& device, const Conv2dGeometry& geometry,
                                        const Epilogue& epilogue, const RowsOperands& operands);

/// The same for any number of filters, with a copy of the weight that has room for a multiple of four, which `copy` makes in
/// operand `first_scratch`. None where the filters need no room, or rows can't do it. Operands: x, any, bias, y.
std::vector<Implementation> conv2d_padded_filters(const vulkan::Device& device, const Conv2dGeometry& geometry, const Epilogue& epilogue,
                                                  const RowsOperands& operands, std::uint32_t first_scratch, const KernelCall& copy);
/// Filters with their room.
inline std::uint32_t padded_filters(const Conv2dGeometry& g) { return (g.filters + 3) / 4 * 4; }

inline std::uint32_t pixels(const Conv2dGeometry& g) { return g.batch * g.out_h * g.out_w; }

/// Whether it is a product of matrices, [pixels, channels] by [channels, filters]: single pixels, all of them, one group.
bool is_product(const Conv2dGeometry& geometry);
/// A convolution that is the product of a matrix of `pixels` rows, of `channels` columns, by one of `filters` columns.
Conv2dGeometry product_geometry(std::uint32_t pixels, std::uint32_t channels, std::uint32_t filters);
/// The implementations of that product, whose operands stand in the same order.
std::vector<Implementation> as_product(const vulkan::Device& device, const MatmulGeometry& product, const Epilogue& epilogue = {});

/// Fills the push constants that all convolution shaders share.
template <class Params>
void set_geometry(Params& params, const Conv2dGeometry& g) {
    params.batch = g.batch;
    params.height = g.height;
    params.width = g.width;
    params.channels = g.channels;
    params.filters = g.filters;
    params.out_h = g.out_h;
    params.out_w = g.out_w;
    params.pad_top = static_cast<std::int32_t>(g.pad_top);
    params.pad_left = static_cast<std::int32_t>(g.pad_left);
    params.stride_h = g.stride_h;
    params.stride_w = g.stride_w;
    params.dilation_h = g.dilation_h;
    params.dilation_w = g.dilation_w;
    params.kernel_h = g.kernel_h;
    params.kernel_w = g.kernel_w;
    params.groups = g.groups;
}

}  // namespace hekla::kernels
