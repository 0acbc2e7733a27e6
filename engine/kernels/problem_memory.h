#pragma once
// Memory of a problem's operands in their real sizes, and of the scratch of its implementations, to time them on.

#include <memory>
#include <span>
#include <vector>

#include "kernels/problem.h"

namespace hekla::kernels {

class ProblemMemory {
  public:
    /// Operands that are read hold numbers in (0, 1), or the problem's own samples where they are whole (of very many,
    /// zeros). Throws Error (out_of_memory).
    ProblemMemory(vulkan::Device& device, const Problem& problem, std::span<const Implementation> implementations = {});

    const std::vector<vulkan::BufferRange>& operands() const { return operands_; }
    /// Operands and scratch. All implementations share the scratch: one runs at a time.
    std::vector<vulkan::BufferRange> ranges_for(const Implementation& implementation);

  private:
    vulkan::BufferRange add(std::uint64_t bytes, const char* label);

    vulkan::Device& device_;
    std::vector<std::unique_ptr<vulkan::Buffer>> buffers_;
    std::vector<vulkan::BufferRange> operands_, scratch_;
};

}  // namespace hekla::kernels
