#pragma once
// Compute pipelines: values in a table keyed by (shader, constants).

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "vulkan/functions.h"
#include "vulkan/shader.h"

namespace hekla::vulkan {

class Device;

VkDescriptorType descriptor_type(BindingKind kind);

/// A kernel variant: a shader with all its specialization constants (words, in the order of
/// ShaderInfo::constants).
struct Variant {
    const ShaderInfo* shader = nullptr;
    std::vector<std::uint32_t> constants;
    auto operator<=>(const Variant&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

/// Owns VkPipeline, VkPipelineLayout and VkDescriptorSetLayout of one variant. Created with
/// VK_PIPELINE_CREATE_DISPATCH_BASE_BIT, so that a dispatch can be cut into ranges of groups.
class Pipeline {
  public:
    /// Throws Error (invalid_argument) if the number of constants is not the shader's.
    Pipeline(Device& device, const Variant& variant);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    const ShaderInfo& shader() const { return *shader_; }
    VkPipeline handle() const { return pipeline_; }
    VkPipelineLayout layout() const { return layout_; }
    VkDescriptorSetLayout set_layout() const { return set_layout_; }

  private:
    void create(const Variant& variant);
    void create_layouts();
    void create_pipeline(const Variant& variant, VkShaderModule module);
    void destroy() noexcept;

    Device& device_;
    const ShaderInfo* shader_;
    VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
    VkPipelineLayout layout_ = VK_NULL_HANDLE;
    VkPipeline pipeline_ = VK_NULL_HANDLE;
};

/// All pipelines of a device, created at first use, kept until the device goes. Not thread-safe.
class PipelineTable {
  public:
    explicit PipelineTable(Device& device) : device_(device) {}
    /// Throws Error (unsupported) if the variant exceeds the DeviceCaps (group size, shared memory,
    /// push constants, storage buffers), naming shader and limit.
    const Pipeline& get(const Variant& variant);
    std::size_t size() const { return pipelines_.size(); }
    /// Destroys them all; nothing may be using one.
    void clear() { pipelines_.clear(); }

  private:
    Device& device_;
    std::map<Variant, std::unique_ptr<Pipeline>> pipelines_;
};

}  // namespace hekla::vulkan
