#pragma once
// Winograd's convolutions with 3x3 kernels of stride 1 (shaders/winograd.glsl): transforms around a batch of products.

#include "kernels/conv2d.h"

namespace hekla::kernels {

/// Operands of a convolution forward, as RowsOperands; scratch is numbered from `first_scratch`. None where the geometry is
/// not Winograd's (3x3, stride and dilation 1, one group, channels and filters % 4 == 0) or scratch would not fit a binding.
std::vector<Implementation> winograd_forward(const vulkan::Device& device, const Conv2dGeometry& geometry, const Epilogue& epilogue,
                                             const RowsOperands& operands, std::uint32_t first_scratch);
/// Operands: x, dy, dweight, then scratch.
std::vector<Implementation> winograd_weight_gradient(const vulkan::Device& device, const Conv2dGeometry& geometry);

/// Whether it is likely the fastest there: enough channels and filters, that the products outweigh the transforms.
bool prefers_winograd(const vulkan::Device& device, const Conv2dGeometry& geometry);

}  // namespace hekla::kernels
