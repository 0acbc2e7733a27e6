#pragma once
// What bind() made of an application's memory: dispatches between it and a plan's tensors.

#include <memory>
#include <vector>

#include <hekla/vulkan.h>

#include "kernels/recorder.h"
#include "plan/plan_state.h"

namespace hekla {

namespace embed {

/// One way between an application's memory and tensors.
struct Crossing {
    std::vector<kernels::PreparedCall> calls;
    // Ownership of queue families, taken before and given back after.
    std::vector<VkImageMemoryBarrier> image_takes, image_returns;
    std::vector<VkBufferMemoryBarrier> buffer_takes, buffer_returns;
};

/// Records it, with the barrier that it needs before. Cannot fail.
void emit(const vulkan::Device& device, VkCommandBuffer cmd, const Crossing& crossing, const char* label);

}  // namespace embed

struct Bindings::State {
    explicit State(const Plan::State& of) : plan(of), device(of.device), sets(*of.device) {}
    ~State();

    const Plan::State& plan;
    std::shared_ptr<vulkan::Device> device;
    vulkan::DescriptorArena sets;
    std::vector<VkImageView> views;
    embed::Crossing inputs, outputs;
};

}  // namespace hekla
