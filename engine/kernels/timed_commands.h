#pragma once
// How long a device takes for what is recorded.

#include <cstdint>
#include <functional>

#include "vulkan/device.h"

namespace hekla::kernels {

/// A command buffer with `repeats` repetitions, a barrier before each, between two timestamps.
class TimedCommands {
  public:
    TimedCommands(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, std::uint32_t repeats);

    /// Runs it and waits; milliseconds of one repetition, by the clock of the host around submit and wait where the device
    /// has no timestamps.
    double run();

  private:
    std::uint32_t repeats_;
    vulkan::CommandPool pool_;
    vulkan::Timestamps timestamps_;
    vulkan::Submission submission_;
    VkCommandBuffer cmd_ = VK_NULL_HANDLE;
};

}  // namespace hekla::kernels
