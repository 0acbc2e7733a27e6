#include "kernels/recorder.h"

#include <algorithm>

namespace hekla::kernels {

std::uint32_t PreparedCall::cut_axis() const {
    return static_cast<std::uint32_t>(std::max_element(groups.begin(), groups.end()) - groups.begin());
}

PreparedCall prepare(vulkan::Device& device, vulkan::DescriptorArena& sets, const KernelCall& call,
                     std::span<const vulkan::BufferRange> operands) {
    const vulkan::Pipeline& pipeline = device.pipelines().get(call.variant);
    std::vector<vulkan::DescriptorArena::Bound> bound;
    for (const Slot& slot : call.slots) {
        vulkan::BufferRange range = operands[slot.operand];
        range.offset += slot.offset_bytes;
        range.bytes = slot.bytes ? slot.bytes : range.bytes - slot.offset_bytes;
        bound.push_back({range, slot.texel_components, slot.half});
    }
    return {&pipeline, sets.make(pipeline, bound), call.params, call.groups, call.work};
}

namespace {

void bind(const vulkan::Device& device, VkCommandBuffer cmd, const PreparedCall& call) {
    const auto& vk = device.vk();
    vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, call.pipeline->handle());
    vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, call.pipeline->layout(), 0, 1, &call.set, 0, nullptr);
    if (!call.params.empty())
        vk.CmdPushConstants(cmd, call.pipeline->layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0,
                            static_cast<std::uint32_t>(call.params.size()), call.params.data());
}

}  // namespace

void emit(const vulkan::Device& device, VkCommandBuffer cmd, const PreparedCall& call) {
    bind(device, cmd, call);
    device.vk().CmdDispatch(cmd, call.groups[0], call.groups[1], call.groups[2]);
}

void emit(const vulkan::Device& device, VkCommandBuffer cmd, const PreparedCall& call, std::uint32_t first,
          std::uint32_t count) {
    bind(device, cmd, call);
    std::uint32_t base[3] = {0, 0, 0}, groups[3] = {call.groups[0], call.groups[1], call.groups[2]};
    base[call.cut_axis()] = first;
    groups[call.cut_axis()] = count;
    device.vk().CmdDispatchBase(cmd, base[0], base[1], base[2], groups[0], groups[1], groups[2]);
}

}  // namespace hekla::kernels
