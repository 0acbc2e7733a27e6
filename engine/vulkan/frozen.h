#pragma once
// A shader with its specialization constants made plain ones, for drivers that fold only those.

#include <cstdint>
#include <span>
#include <vector>

#include "vulkan/shader.h"

namespace hekla::vulkan {

/// The shader's words with a plain constant for every specialization constant, and for what is computed from them: optimizers
/// do not fold OpSpecConstantOp, and would unroll no loop with such a bound. `constants` in the order of shader.constants, one for each. Throws Error
/// (internal) if the words are no SPIR-V. Needs no device.
std::vector<std::uint32_t> frozen_words(const ShaderInfo& shader, std::span<const std::uint32_t> constants);

}  // namespace hekla::vulkan
