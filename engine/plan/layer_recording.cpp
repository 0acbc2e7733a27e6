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

}  // namespace hekla::plan
