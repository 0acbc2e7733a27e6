#pragma once
// A problem with memory and one implementation of it, ready to be run and timed.

#include <functional>
#include <memory>
#include <vector>

#include "bench/rounds.h"
#include "kernels/problem_memory.h"
#include "kernels/recorder.h"

namespace hekla::bench {

/// Times what `record` adds to a command buffer: after a warm-up that is dropped, rounds of several repetitions with a
/// barrier before each, by the device's timestamps, or by the clock of the host around submit and wait where it has none.
Timing time_on_device(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, const Budget& budget);

/// Memory of a problem's operands on a device.
class Operands {
  public:
    Operands(vulkan::Device& device, const kernels::Problem& problem) : device_(device), memory_(device, problem) {}
    vulkan::Device& device() const { return device_; }
    const std::vector<vulkan::BufferRange>& ranges() const { return memory_.operands(); }

  private:
    vulkan::Device& device_;
    kernels::ProblemMemory memory_;
};

/// Times all calls of an implementation, with barriers between them.
Timing time_implementation(const Operands& operands, const kernels::Implementation& implementation, const Budget& budget);

}  // namespace hekla::bench
