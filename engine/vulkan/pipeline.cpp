#include "vulkan/pipeline.h"

#include <hekla/error.h>

#include <algorithm>
#include <string>

#include "vulkan/device.h"
#include "vulkan/frozen.h"
#include "vulkan/results.h"
#include "vulkan/shader_needs.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {

VkDescriptorType descriptor_type(BindingKind kind) {
    switch (kind) {
        case BindingKind::storage:
            return VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        case BindingKind::uniform:
            return VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
        case BindingKind::sampled_image:
            return VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE;
        case BindingKind::storage_image:
            return VK_DESCRIPTOR_TYPE_STORAGE_IMAGE;
        case BindingKind::texel:
            break;
    }
    return VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
}

namespace {

void check_limit(const ShaderInfo& shader, const char* what, std::uint64_t actual,
                 std::uint64_t limit) {
    if (actual <= limit) return;
    throw Error(ErrorCode::unsupported, "[" + std::string(shader.name) + "] needs " +
                                            std::to_string(actual) + " " + what +
                                            ", the device has " + std::to_string(limit));
}

void check_caps(const Variant& variant, const DeviceCaps& caps) {
    const ShaderInfo& shader = *variant.shader;
    const auto count = [&](BindingKind kind) {
        return static_cast<std::uint64_t>(
            std::count_if(shader.bindings.begin(), shader.bindings.end(),
                          [&](const ShaderBinding& binding) { return binding.kind == kind; }));
    };
    check_limit(shader, "storage buffers", count(BindingKind::storage), caps.max_storage_buffers);
    check_limit(shader, "uniform buffers", count(BindingKind::uniform), caps.max_uniform_buffers);
    check_limit(shader, "texel buffers", count(BindingKind::texel), caps.max_texel_buffers);
    check_limit(shader, "bytes of push constants", shader.params_bytes,
                caps.max_push_constant_bytes);
    const ShaderNeeds needs = shader_needs(shader, variant.constants);
    const char* axes[] = {"invocations along x", "invocations along y", "invocations along z"};
    std::uint64_t invocations = 1;
    for (int axis = 0; axis < 3; ++axis) {
        check_limit(shader, axes[axis], needs.group_size[axis], caps.max_group_size[axis]);
        invocations *= needs.group_size[axis];
    }
    check_limit(shader, "invocations per group", invocations, caps.max_invocations);
    check_limit(shader, "bytes of shared memory", needs.shared_bytes, caps.max_shared_bytes);
}

void check_constants(const Variant& variant) {
    if (variant.constants.size() == variant.shader->constants.size()) return;
    throw Error(ErrorCode::invalid_argument, "[" + std::string(variant.shader->name) + "] has " +
                                                 std::to_string(variant.shader->constants.size()) +
                                                 " specialization constants, " +
                                                 std::to_string(variant.constants.size()) +
                                                 " were given");
}

}  // namespace

Pipeline::Pipeline(Device& device, const Variant& variant)
    : device_(device), shader_(variant.shader) {
    check_constants(variant);
    try {
        create(variant);
    } catch (...) {
        destroy();
        throw;
    }
}

Pipeline::~Pipeline() { destroy(); }

void Pipeline::create(const Variant& variant) {
    create_layouts();
    auto info = structure<VkShaderModuleCreateInfo>(VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
    std::vector<std::uint32_t> frozen;
    std::span<const std::uint32_t> words = shader_->words;
    if (device_.quirks().keeps_specialization_constants) {
        words = frozen = frozen_words(*shader_, variant.constants);
    }
    info.codeSize = words.size_bytes();
    info.pCode = words.data();
    VkShaderModule module = VK_NULL_HANDLE;
    device_.check(device_.vk().CreateShaderModule(device_.handle(), &info, device_.allocator(), &module),
                  "vkCreateShaderModule");
    try {
        create_pipeline(variant, module);
    } catch (...) {
        device_.vk().DestroyShaderModule(device_.handle(), module, device_.allocator());
        throw;
    }
    device_.vk().DestroyShaderModule(device_.handle(), module, device_.allocator());
    device_.count_object();
    device_.set_label(VK_OBJECT_TYPE_PIPELINE, pipeline_, shader_->name);
}

void Pipeline::create_layouts() {
    std::vector<VkDescriptorSetLayoutBinding> bindings;
    for (const ShaderBinding& binding : shader_->bindings) {
        bindings.push_back({binding.binding, descriptor_type(binding.kind), 1,
                            VK_SHADER_STAGE_COMPUTE_BIT, nullptr});
    }
    auto set = structure<VkDescriptorSetLayoutCreateInfo>(
        VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO);
    set.bindingCount = static_cast<std::uint32_t>(bindings.size());
    set.pBindings = bindings.data();
    device_.check(
        device_.vk().CreateDescriptorSetLayout(device_.handle(), &set, device_.allocator(), &set_layout_),
        "vkCreateDescriptorSetLayout");
    const VkPushConstantRange params{VK_SHADER_STAGE_COMPUTE_BIT, 0, shader_->params_bytes};
    auto layout =
        structure<VkPipelineLayoutCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO);
    layout.setLayoutCount = 1;
    layout.pSetLayouts = &set_layout_;
    layout.pushConstantRangeCount = shader_->params_bytes > 0 ? 1 : 0;
    layout.pPushConstantRanges = &params;
    device_.check(device_.vk().CreatePipelineLayout(device_.handle(), &layout, device_.allocator(), &layout_),
                  "vkCreatePipelineLayout");
}

void Pipeline::create_pipeline(const Variant& variant, VkShaderModule module) {
    std::vector<VkSpecializationMapEntry> entries;
    for (const ShaderConstant& constant : shader_->constants) {
        const auto offset = static_cast<std::uint32_t>(entries.size() * sizeof(std::uint32_t));
        entries.push_back({constant.id, offset, sizeof(std::uint32_t)});
    }
    VkSpecializationInfo specialization{};
    specialization.mapEntryCount = static_cast<std::uint32_t>(entries.size());
    specialization.pMapEntries = entries.data();
    specialization.dataSize = variant.constants.size() * sizeof(std::uint32_t);
    specialization.pData = variant.constants.data();
    auto info =
        structure<VkComputePipelineCreateInfo>(VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
    info.flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT;
    if (device_.pipeline_reports()) {
        info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR |
                      VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
    }
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = module;
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = entries.empty() ? nullptr : &specialization;
    info.layout = layout_;
    const VkResult result = device_.vk().CreateComputePipelines(
        device_.handle(), device_.pipeline_cache(), 1, &info, device_.allocator(), &pipeline_);
    const std::string what = std::string("vkCreateComputePipelines ") + shader_->name;
    // Compilers also say so of a shader that is too large for them: it says nothing of tensors.
    if (error_code(result) == ErrorCode::out_of_memory) {
        throw Error(ErrorCode::unsupported,
                    "[" + what + "] " + result_name(result) + " on " + device_.gpu().name);
    }
    device_.check(result, what.c_str());
}

void Pipeline::destroy() noexcept {
    device_.vk().DestroyPipeline(device_.handle(), pipeline_, device_.allocator());
    device_.vk().DestroyPipelineLayout(device_.handle(), layout_, device_.allocator());
    device_.vk().DestroyDescriptorSetLayout(device_.handle(), set_layout_, device_.allocator());
}

const Pipeline& PipelineTable::get(const Variant& variant) {
    const auto known = pipelines_.find(variant);
    if (known != pipelines_.end()) return *known->second;
    check_constants(variant);
    check_caps(variant, device_.caps());
    auto pipeline = std::make_unique<Pipeline>(device_, variant);
    return *pipelines_.emplace(variant, std::move(pipeline)).first->second;
}

}  // namespace hekla::vulkan
