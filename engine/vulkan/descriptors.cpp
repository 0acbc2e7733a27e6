#include <hekla/error.h>

#include <algorithm>

#include "vulkan/commands.h"
#include "vulkan/device.h"
#include "vulkan/results.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

constexpr std::uint32_t sets_per_pool = 64;

[[noreturn]] void fail(ErrorCode code, const ShaderInfo& shader, const ShaderBinding& binding,
                       const std::string& what) {
    throw Error(code, "[" + std::string(shader.name) + "] binding " +
                          std::to_string(binding.binding) + " (" + binding.name + ") " + what);
}

void check_limit(const ShaderInfo& shader, const ShaderBinding& binding, std::uint64_t actual,
                 std::uint64_t limit, const char* unit) {
    if (actual <= limit) return;
    fail(ErrorCode::unsupported, shader, binding,
         "takes " + std::to_string(actual) + " " + unit + ", the device binds at most " +
             std::to_string(limit));
}

void check_range(const ShaderInfo& shader, const ShaderBinding& binding, const BufferRange& range) {
    if (range.buffer == nullptr || range.bytes == 0) {
        fail(ErrorCode::internal, shader, binding, "has no range bound to it");
    }
    if (range.offset % range_alignment != 0) {
        fail(ErrorCode::internal, shader, binding,
             "starts at offset " + std::to_string(range.offset) + ", which is no multiple of " +
                 std::to_string(range_alignment));
    }
    const std::uint64_t size = range.buffer->bytes();
    if (range.offset > size || range.bytes > size - range.offset) {
        fail(ErrorCode::internal, shader, binding,
             "has a range of " + bytes_text(range.bytes) + " at offset " +
                 std::to_string(range.offset) + " that leaves its buffer of " + bytes_text(size));
    }
}

bool is_image(BindingKind kind) { return kind == BindingKind::sampled_image || kind == BindingKind::storage_image; }

/// Rounded up to what a shader reads at once; buffers are at least that long.
VkDescriptorBufferInfo buffer_info(const DeviceCaps& caps, const ShaderInfo& shader,
                                   const ShaderBinding& binding, const BufferRange& range) {
    const bool uniform = binding.kind == BindingKind::uniform;
    const std::uint64_t bytes = align_up(range.bytes, uniform ? 16 : 4);
    check_limit(shader, binding, bytes,
                uniform ? caps.max_uniform_range_bytes : caps.max_storage_range_bytes, "bytes");
    return {range.buffer->handle(), range.offset, bytes};
}

}  // namespace

DescriptorArena::~DescriptorArena() {
    for (const View& view : views_) {
        device_.vk().DestroyBufferView(device_.handle(), view.view, device_.allocator());
    }
    for (VkDescriptorPool pool : pools_) {
        device_.vk().DestroyDescriptorPool(device_.handle(), pool, device_.allocator());
    }
}

VkDescriptorSet DescriptorArena::make(const Pipeline& pipeline, std::span<const Bound> bound) {
    const ShaderInfo& shader = pipeline.shader();
    if (bound.size() != shader.bindings.size()) {
        throw Error(ErrorCode::internal, "[" + std::string(shader.name) + "] has " +
                                             std::to_string(shader.bindings.size()) +
                                             " bindings, " + std::to_string(bound.size()) +
                                             " ranges were given");
    }
    const std::size_t count = bound.size();
    std::vector<VkDescriptorBufferInfo> buffers(count);
    std::vector<VkBufferView> views(count, VK_NULL_HANDLE);
    std::vector<VkWriteDescriptorSet> writes(
        count, structure<VkWriteDescriptorSet>(VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET));
    Needs needs;
    for (std::size_t i = 0; i < count; ++i) {
        const ShaderBinding& binding = shader.bindings[i];
        const bool foreign = is_image(binding.kind) || bound[i].foreign.buffer != VK_NULL_HANDLE;
        if (!foreign) check_range(shader, binding, bound[i].range);
        writes[i].dstBinding = binding.binding;
        writes[i].descriptorCount = 1;
        writes[i].descriptorType = descriptor_type(binding.kind);
        if (binding.kind == BindingKind::texel) {
            ++needs.texel;
            views[i] = texel_view(shader, binding, bound[i]);
            writes[i].pTexelBufferView = &views[i];
        } else if (is_image(binding.kind)) {
            ++(binding.kind == BindingKind::sampled_image ? needs.sampled_image : needs.storage_image);
            writes[i].pImageInfo = &bound[i].image;
        } else {
            ++(binding.kind == BindingKind::uniform ? needs.uniform : needs.storage);
            buffers[i] = foreign ? bound[i].foreign : buffer_info(device_.caps(), shader, binding, bound[i].range);
            writes[i].pBufferInfo = &buffers[i];
        }
    }
    VkDescriptorSet set = allocate(pipeline, needs);
    for (VkWriteDescriptorSet& write : writes) write.dstSet = set;
    device_.vk().UpdateDescriptorSets(device_.handle(), static_cast<std::uint32_t>(count),
                                      writes.data(), 0, nullptr);
    return set;
}

VkBufferView DescriptorArena::texel_view(const ShaderInfo& shader, const ShaderBinding& binding,
                                         const Bound& bound) {
    if (bound.texel_components != 1 && bound.texel_components != 4) {
        fail(ErrorCode::internal, shader, binding, "is a texel buffer and needs 1 or 4 components");
    }
    const std::uint64_t texel_bytes = (bound.half ? 2ull : 4ull) * bound.texel_components;
    if (bound.range.bytes % texel_bytes != 0) {
        fail(ErrorCode::internal, shader, binding,
             "has a range of " + bytes_text(bound.range.bytes) + ", no multiple of its texel of " +
                 std::to_string(texel_bytes));
    }
    check_limit(shader, binding, bound.range.bytes / texel_bytes, device_.caps().max_texel_elements,
                "texels");
    const auto known = std::find_if(views_.begin(), views_.end(), [&](const View& view) {
        return view.bound.range == bound.range &&
               view.bound.texel_components == bound.texel_components &&
               view.bound.half == bound.half;
    });
    if (known != views_.end()) return known->view;
    auto info = structure<VkBufferViewCreateInfo>(VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO);
    info.buffer = bound.range.buffer->handle();
    const bool four = bound.texel_components == 4;
    info.format = bound.half ? (four ? VK_FORMAT_R16G16B16A16_SFLOAT : VK_FORMAT_R16_SFLOAT)
                             : (four ? VK_FORMAT_R32G32B32A32_SFLOAT : VK_FORMAT_R32_SFLOAT);
    info.offset = bound.range.offset;
    info.range = bound.range.bytes;
    views_.reserve(views_.size() + 1);  // so that push_back cannot throw and lose the view
    VkBufferView view = VK_NULL_HANDLE;
    device_.check(device_.vk().CreateBufferView(device_.handle(), &info, device_.allocator(), &view),
                  "vkCreateBufferView");
    device_.count_object();
    views_.push_back({bound, view});
    return view;
}

VkDescriptorSet DescriptorArena::allocate(const Pipeline& pipeline, const Needs& needs) {
    if (sets_left_ == 0 || left_.storage < needs.storage || left_.uniform < needs.uniform ||
        left_.texel < needs.texel || left_.sampled_image < needs.sampled_image || left_.storage_image < needs.storage_image) {
        add_pool(needs);
    }
    const VkDescriptorSetLayout layout = pipeline.set_layout();
    auto info =
        structure<VkDescriptorSetAllocateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO);
    info.descriptorPool = pools_.back();
    info.descriptorSetCount = 1;
    info.pSetLayouts = &layout;
    VkDescriptorSet set = VK_NULL_HANDLE;
    device_.check(device_.vk().AllocateDescriptorSets(device_.handle(), &info, &set),
                  "vkAllocateDescriptorSets");
    device_.count_object();
    --sets_left_;
    left_.storage -= needs.storage;
    left_.uniform -= needs.uniform;
    left_.texel -= needs.texel;
    left_.sampled_image -= needs.sampled_image;
    left_.storage_image -= needs.storage_image;
    return set;
}

void DescriptorArena::add_pool(const Needs& needs) {
    // Of images only what is asked for: few sets have any.
    const Needs sizes{std::max(needs.storage, 4 * sets_per_pool), std::max(needs.uniform, 2 * sets_per_pool),
                      std::max(needs.texel, 2 * sets_per_pool), needs.sampled_image, needs.storage_image};
    std::vector<VkDescriptorPoolSize> pool_sizes = {
        {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, sizes.storage},
        {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, sizes.uniform},
        {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, sizes.texel}};
    if (sizes.sampled_image) pool_sizes.push_back({VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, sizes.sampled_image});
    if (sizes.storage_image) pool_sizes.push_back({VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, sizes.storage_image});
    auto info =
        structure<VkDescriptorPoolCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
    info.maxSets = sets_per_pool;
    info.poolSizeCount = static_cast<std::uint32_t>(pool_sizes.size());
    info.pPoolSizes = pool_sizes.data();
    pools_.reserve(pools_.size() + 1);
    VkDescriptorPool pool = VK_NULL_HANDLE;
    device_.check(device_.vk().CreateDescriptorPool(device_.handle(), &info, device_.allocator(), &pool),
                  "vkCreateDescriptorPool");
    device_.count_object();
    pools_.push_back(pool);
    sets_left_ = sets_per_pool;
    left_ = sizes;
}

}  // namespace hekla::vulkan
