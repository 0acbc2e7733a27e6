#pragma once
// Convolutions of one group as products by workgroup tiles in shared memory (shaders/conv2d_shared.comp): any kernel, stride,
// dilation and padding. Products of single pixels are left to Matmul.

#include "kernels/conv2d.h"
#include "kernels/shared_tiles.h"

namespace hekla::kernels {

/// Operands as RowsOperands; scratch is numbered from `first_scratch`.
SharedOffer conv2d_shared(const vulkan::Device& device, const Conv2dGeometry& geometry, const Epilogue& epilogue,
                                          const RowsOperands& operands, std::uint32_t first_scratch);
/// Operands: dy, weight, dx, then scratch.
SharedOffer conv2d_input_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& geometry);
/// Operands: x, dy, dweight, then scratch.
SharedOffer conv2d_weight_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& geometry);

inline std::uint32_t taps(const Conv2dGeometry& g) { return g.kernel_h * g.kernel_w; }

}  // namespace hekla::kernels
