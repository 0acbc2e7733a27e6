#include "bench/workload.h"

#include <algorithm>
#include <chrono>

#include "kernels/timed_commands.h"

namespace hekla::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t wanted_rounds = 8, most_repeats = 256;

}  // namespace

Timing time_on_device(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, const Budget& budget) {
    kernels::TimedCommands once(device, record, 1);
    double one_ms = once.run();  // the warm-up: compilation, caches, clocks
    const bool brief = one_ms < budget.seconds * 1e3;
    if (brief) one_ms = once.run();
    const std::uint32_t repeats = repeats_for(one_ms, budget, wanted_rounds, most_repeats);
    kernels::TimedCommands many(device, record, repeats);
    std::vector<double> rounds;
    const Clock::time_point start = Clock::now();
    do rounds.push_back(many.run());
    while (std::chrono::duration<double>(Clock::now() - start).count() < budget.seconds && rounds.size() < 1000);
    return timing_of(rounds);
}

Timing time_implementation(const Operands& operands, const kernels::Implementation& implementation, const Budget& budget) {
    vulkan::Device& device = operands.device();
    std::vector<std::unique_ptr<vulkan::Buffer>> scratch;
    std::vector<vulkan::BufferRange> ranges = operands.ranges();
    for (std::uint64_t bytes : implementation.scratch_bytes) {
        bytes = vulkan::align_up(std::max<std::uint64_t>(bytes, 16), 16);
        scratch.push_back(std::make_unique<vulkan::Buffer>(device, bytes, vulkan::MemoryUse::device, "bench scratch"));
        ranges.push_back({scratch.back().get(), 0, bytes});
    }
    vulkan::DescriptorArena sets(device);
    std::vector<kernels::PreparedCall> calls;
    for (const kernels::KernelCall& call : implementation.calls) calls.push_back(kernels::prepare(device, sets, call, ranges));
    return time_on_device(device, [&](VkCommandBuffer cmd) {
        for (const kernels::PreparedCall& call : calls) {
            if (&call != calls.data()) vulkan::compute_barrier(device, cmd);
            kernels::emit(device, cmd, call);
        }
    }, budget);
}

}  // namespace hekla::bench
