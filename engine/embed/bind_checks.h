#pragma once
// What can be wrong with a binding. Each throws Error (invalid_argument, unsupported) beginning with `what`, which names the
// tensor.

#include <string>

#include <hekla/vulkan.h>

#include "embed/image_formats.h"
#include "plan/plan_state.h"

namespace hekla::embed {

/// "[bind] input x (2x28x28x1 f32)". Throws for what is no such value of the plan.
std::string check_tensor(const Plan::State& plan, Tensor tensor, bool input);

/// Bytes that elements take in a buffer, rounded up to a word.
std::uint64_t buffer_bytes(std::uint64_t elements, ElementFormat format);
void check_buffer(const vulkan::Device& device, const TensorDesc& desc, const BufferBinding& buffer, const std::string& what);

const ImageFormat& check_image(const vulkan::Device& device, const TensorDesc& desc, const ImageBinding& image, bool input,
                               const std::string& what);
/// `bound`: channels of all images up to this one.
void check_channels(const TensorDesc& desc, std::uint32_t bound, bool last, const std::string& what);

}  // namespace hekla::embed
