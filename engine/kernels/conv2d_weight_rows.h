#pragma once
// Weight gradients of convolutions that sum over parts of the output rows, and add up the parts.

#include "kernels/conv2d.h"

namespace hekla::kernels {

/// The family that slides the input through registers (shaders/conv2d_weight_gradient_rows.comp); needs one group and stride and
/// dilation 1 along the width. Operands: x, dy, dweight, with `bias` dbias, then scratch.
std::vector<Implementation> conv2d_weight_gradient_rows(const vulkan::Device& device, const Conv2dGeometry& geometry, bool bias);

/// Weight by weight, whatever the geometry. Operands: x, dy, dweight; scratch from `first_scratch`.
std::vector<Implementation> conv2d_weight_gradient_direct(const vulkan::Device& device, const Conv2dGeometry& geometry, std::uint32_t first_scratch);

}  // namespace hekla::kernels
