#include "kernels/stored_half.h"

#include <algorithm>

#include "base/half.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

using vulkan::BindingKind;
using vulkan::ShaderInfo;

/// The variant that does the same and writes numbers of 16 bits, or null. It reads through texel buffers as its twin does.
const ShaderInfo* half_variant(const ShaderInfo* shader) {
    static const std::pair<const ShaderInfo*, const ShaderInfo*> twins[] = {
        {&shaders::unary_texel::info(), &shaders::unary_half::info()},
        {&shaders::unary_gradient_texel::info(), &shaders::unary_gradient_half::info()},
        {&shaders::binary_same_texel::info(), &shaders::binary_same_half::info()},
        {&shaders::dropout_texel::info(), &shaders::dropout_half::info()},
        {&shaders::matmul_vec4_texel::info(), &shaders::matmul_vec4_half::info()},
        {&shaders::matmul_vec4_scalar_texel::info(), &shaders::matmul_vec4_scalar_half::info()},
        {&shaders::matmul_lanes_texel::info(), &shaders::matmul_lanes_half::info()},
        {&shaders::conv2d_rows_texel::info(), &shaders::conv2d_rows_half::info()},
        {&shaders::conv2d_rows_channels4_texel::info(), &shaders::conv2d_rows_channels4_half::info()},
        {&shaders::conv2d_rows_pixels4_texel::info(), &shaders::conv2d_rows_pixels4_half::info()},
        {&shaders::winograd2_output_vec4_texel::info(), &shaders::winograd2_output_half::info()},
        {&shaders::winograd4_output_vec4_texel::info(), &shaders::winograd4_output_half::info()},
        {&shaders::pool2d_vec4_texel::info(), &shaders::pool2d_half::info()},
        {&shaders::max_pool2d_tiles_vec4_texel::info(), &shaders::max_pool2d_tiles_half::info()},
        {&shaders::max_pool2d_gradient_tiles_vec4_texel::info(), &shaders::max_pool2d_gradient_tiles_half::info()},
        {&shaders::matmul_shared_columns4_texel::info(), &shaders::matmul_shared_columns4_half::info()},
        {&shaders::matmul_shared_vec4_texel::info(), &shaders::matmul_shared_vec4_half::info()},
        {&shaders::conv2d_shared_filters4_texel::info(), &shaders::conv2d_shared_filters4_half::info()},
        {&shaders::conv2d_shared_channels4_texel::info(), &shaders::conv2d_shared_channels4_half::info()},
        {&shaders::normalize_groups4_texel::info(), &shaders::normalize_groups4_half::info()},
        {&shaders::normalize_width4_texel::info(), &shaders::normalize_width4_half::info()},
        {&shaders::norm_input_gradient_groups4_texel::info(), &shaders::norm_input_gradient_groups4_half::info()},
        {&shaders::norm_input_gradient_width4_texel::info(), &shaders::norm_input_gradient_width4_half::info()},
        {&shaders::depthwise_texel::info(), &shaders::depthwise_half::info()},
        {&shaders::depthwise_input_gradient_texel::info(), &shaders::depthwise_input_gradient_half::info()},
        {&shaders::upsample2d_vec4_texel::info(), &shaders::upsample2d_half::info()},
        {&shaders::upsample2d_gradient_vec4_texel::info(), &shaders::upsample2d_gradient_half::info()},
    };
    for (const auto& [full, half] : twins)
        if (full == shader) return half;
    return nullptr;
}

std::vector<double> rounded(std::vector<double> values) {
    for (double& value : values) value = from_half(to_half(static_cast<float>(value)));
    return values;
}

}  // namespace

std::string StoredHalf::name() const {
    std::string list;
    for (std::uint32_t i = 0; i < 32; ++i)
        if (is_half(i)) list += (list.empty() ? "" : ",") + std::to_string(i);
    return problem_->name() + " f16 " + list;
}

std::vector<Operand> StoredHalf::operands() const {
    std::vector<Operand> operands = problem_->operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i)
        if (is_half(i)) operands[i].dtype = DType::f16;
    return operands;
}

/// Makes a call read and write operands as they are stored; false if it can't.
bool StoredHalf::stores_half(KernelCall& call) const {
    bool writes_half = false, writes_full = false;
    for (std::size_t i = 0; i < call.slots.size(); ++i) {
        const vulkan::ShaderBinding& binding = call.variant.shader->bindings[i];
        Slot& slot = call.slots[i];
        const bool half = is_half(slot.operand);
        if (binding.kind == BindingKind::storage && !binding.readonly) (half ? writes_half : writes_full) = true;
        if (!half) continue;
        if (binding.kind != BindingKind::texel && !binding.writeonly) return false;
        slot.half = true;
        slot.offset_bytes /= 2;
        slot.bytes /= 2;
        if (slot.offset_bytes % vulkan::range_alignment != 0) return false;
    }
    if (!writes_half) return true;
    call.variant.shader = half_variant(call.variant.shader);
    return call.variant.shader && !writes_full;
}

void StoredHalf::widen_operands(Implementation& implementation) const {
    const std::vector<Operand> operands = problem_->operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        if (!(widened_ >> i & 1u)) continue;
        const auto copy = static_cast<std::uint32_t>(operands.size() + implementation.scratch_bytes.size());
        implementation.scratch_bytes.push_back(std::uint64_t{vectors_of(operands[i].elements)} * 16);
        for (KernelCall& call : implementation.calls)
            for (Slot& slot : call.slots)
                if (slot.operand == i) slot.operand = copy;
        const std::uint32_t vectors = vectors_of(operands[i].elements);
        implementation.calls.insert(implementation.calls.begin(),
                                    make_call<shaders::widen>({.group_size = default_group_size}, {.vectors = vectors}, groups_for(vectors),
                                                              {{i}, {copy}}, static_cast<double>(operands[i].elements)));
    }
}

std::vector<Implementation> StoredHalf::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    for (Implementation& one : problem_->implementations(device)) {
        const std::size_t own_calls = one.calls.size();
        widen_operands(one);
        const auto begin = one.calls.end() - static_cast<std::ptrdiff_t>(own_calls);
        if (!std::all_of(begin, one.calls.end(), [this](KernelCall& call) { return stores_half(call); })) continue;
        // The self-test goes by name and variants, and the variants that read do not tell what they read.
        one.name += " f16 " + std::to_string(half_) + (widened_ ? " widened " + std::to_string(widened_) : "");
        list.push_back(std::move(one));
    }
    return list;
}

std::vector<std::unique_ptr<Problem>> StoredHalf::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list;
    for (std::unique_ptr<Problem>& one : problem_->small_ones()) list.push_back(std::make_unique<StoredHalf>(std::move(one), half_, widened_));
    return list;
}

void StoredHalf::reference(std::vector<std::vector<double>>& operands) const { problem_->reference(operands); }

std::vector<double> StoredHalf::sample(std::uint32_t operand, std::uint32_t seed) const {
    return is_half(operand) ? rounded(problem_->sample(operand, seed)) : problem_->sample(operand, seed);
}

}  // namespace hekla::kernels
