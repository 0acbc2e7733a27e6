#pragma once
// What a compiled step consists of: layers of prepared calls. emit() is the one function that turns a layer into vkCmd*.

#include <string>
#include <vector>

#include <hekla/graph.h>

#include "kernels/recorder.h"
#include "plan/pacing.h"

namespace hekla::plan {

/// A value of the graph and where a call writes it.
struct Written {
    std::uint32_t value = 0;
    vulkan::BufferRange range;
    bool half = false;  // in 16 bits
};

struct LayerCall {
    kernels::PreparedCall call;
    bool barrier_before = false;          // always for the first of a layer
    std::vector<Written> writes;          // for the search for non-finite values
};

/// The calls of one layer in one phase.
struct LayerCalls {
    std::string name;  // "conv2d_1"
    Phase phase = Phase::forward;
    std::vector<LayerCall> calls;
};

/// Records a layer, with its barriers and a debug label. Into any command buffer, of either level. Cannot fail.
void emit(const vulkan::Device& device, VkCommandBuffer cmd, const LayerCalls& layer);
/// Records a call or a part of it; the first of a recording assumes nothing of what ran before. Cannot fail.
void emit(const vulkan::Device& device, VkCommandBuffer cmd, const LayerCall& call, const Piece& piece, bool first);

/// What a pacer is told of a step: its calls, layer after layer.
std::vector<CallCost> costs_of(const std::vector<LayerCalls>& layers);

}  // namespace hekla::plan
