#include "plan/layer_recording.h"

namespace hekla::plan {

void emit(const vulkan::Device& device, VkCommandBuffer cmd, const LayerCalls& layer) {
    vulkan::begin_label(device, cmd, layer.name.c_str());
    for (const LayerCall& call : layer.calls) {
        if (call.barrier_before) vulkan::compute_barrier(device, cmd);
        kernels::emit(device, cmd, call.call);
    }
    vulkan::end_label(device, cmd);
}

void emit(const vulkan::Device& device, VkCommandBuffer cmd, const LayerCall& call, const Piece& piece, bool first) {
    const bool whole = piece.count == call.call.cut_groups();
    // Parts of one dispatch write different elements, but nobody below knows that: they are kept apart.
    if (call.barrier_before || !whole || first) vulkan::compute_barrier(device, cmd);
    if (whole) kernels::emit(device, cmd, call.call);
    else kernels::emit(device, cmd, call.call, piece.first, piece.count);
}

std::vector<CallCost> costs_of(const std::vector<LayerCalls>& layers) {
    std::vector<CallCost> costs;
    for (const LayerCalls& layer : layers)
        for (const LayerCall& call : layer.calls) costs.push_back({call.call.work, call.call.cut_groups()});
    return costs;
}

}  // namespace hekla::plan
