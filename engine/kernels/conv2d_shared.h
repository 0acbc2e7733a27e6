#pragma once
// Convolutions of one group as products by workgroup tiles in shared memory (shaders/conv2d_shared.comp): any kernel, stride,
// dilation and padding. Products of single pixels are left to Matmul.

#include "kernels/conv2d.h"

namespace hekla::kernels {

/// Operands as RowsOperands; scratch is numbered from `first_scratch`.
std::vector<Implementation> conv2d_shared(const vulkan::Device& device, const Conv2dGeometry& geometry, const Epilogue& epilogue,
                                          const RowsOperands& operands, std::uint32_t first_scratch);
/// Operands: dy, weight, dx, then scratch.
std::vector<Implementation> conv2d_input_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& geometry);
/// Operands: x, dy, dweight, then scratch.
std::vector<Implementation> conv2d_weight_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& geometry);

/// Puts `shared` where the device wants it: before what is there, if a product of such sizes should go through shared memory
/// first, else behind it.
void add_where_preferred(std::vector<Implementation>& list, std::vector<Implementation> shared, bool first);

inline std::uint32_t taps(const Conv2dGeometry& g) { return g.kernel_h * g.kernel_w; }
inline std::uint32_t input_pixels(const Conv2dGeometry& g) { return g.batch * g.height * g.width; }

}  // namespace hekla::kernels
