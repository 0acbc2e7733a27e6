#include "bench/workload.h"

#include <algorithm>
#include <chrono>

#include "reference/reference.h"

namespace hekla::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t wanted_rounds = 8, most_repeats = 256;

/// A command buffer with `repeats` repetitions between two timestamps.
class TimedCommands {
  public:
    TimedCommands(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, std::uint32_t repeats)
        : repeats_(repeats), pool_(device), timestamps_(device, 2), submission_(device) {
        cmd_ = pool_.allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
        vulkan::begin(device, cmd_, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
        timestamps_.reset(cmd_, 0, 2);
        timestamps_.write(cmd_, 0);
        for (std::uint32_t i = 0; i < repeats; ++i) {
            vulkan::compute_barrier(device, cmd_);
            record(cmd_);
        }
        timestamps_.write(cmd_, 1);
        vulkan::end(device, cmd_);
    }

    /// Milliseconds of one repetition.
    double run() {
        const Clock::time_point start = Clock::now();
        submission_.submit(cmd_);
        submission_.wait();
        const double host_ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
        const std::vector<std::uint64_t> stamps = timestamps_.read_ns(0, 2);
        const bool stamped = stamps.size() == 2 && stamps[1] > stamps[0];
        return (stamped ? static_cast<double>(stamps[1] - stamps[0]) : host_ns) * 1e-6 / repeats_;
    }

  private:
    std::uint32_t repeats_;
    vulkan::CommandPool pool_;
    vulkan::Timestamps timestamps_;
    vulkan::Submission submission_;
    VkCommandBuffer cmd_ = VK_NULL_HANDLE;
};

/// A block of random numbers, over and over: making each anew would take longer than to measure.
void fill_random(vulkan::Device& device, const vulkan::BufferRange& range, std::uint32_t stream) {
    constexpr std::uint64_t block = 1 << 16;
    std::vector<float> values(std::min<std::uint64_t>(range.bytes / 4, block));
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(0.01 + 0.98 * reference::random_unit(1, 0, stream, i));
    for (std::uint64_t at = 0; at < range.bytes; at += 4 * values.size()) {
        const std::uint64_t bytes = std::min<std::uint64_t>(4 * values.size(), range.bytes - at);
        device.upload({range.buffer, at, bytes}, std::as_bytes(std::span(values)).first(bytes));
    }
}

void upload_sample(vulkan::Device& device, const vulkan::BufferRange& range, const std::vector<double>& sample) {
    std::vector<std::uint32_t> words(sample.begin(), sample.end());
    device.upload(range, std::as_bytes(std::span(words)));
}

}  // namespace

Timing time_on_device(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, const Budget& budget) {
    TimedCommands once(device, record, 1);
    double one_ms = once.run();  // the warm-up: compilation, caches, clocks
    const bool brief = one_ms < budget.seconds * 1e3;
    if (brief) one_ms = once.run();
    const std::uint32_t repeats = repeats_for(one_ms, budget, wanted_rounds, most_repeats);
    TimedCommands many(device, record, repeats);
    std::vector<double> rounds;
    const Clock::time_point start = Clock::now();
    do rounds.push_back(many.run());
    while (std::chrono::duration<double>(Clock::now() - start).count() < budget.seconds && rounds.size() < 1000);
    return timing_of(rounds);
}

Operands::Operands(vulkan::Device& device, const kernels::Problem& problem) : device_(device) {
    const std::vector<kernels::Operand> operands = problem.operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        const std::uint64_t bytes = kernels::range_bytes(operands[i].elements, operands[i].dtype);
        buffers_.push_back(std::make_unique<vulkan::Buffer>(device, bytes, vulkan::MemoryUse::device, "bench"));
        ranges_.push_back({buffers_.back().get(), 0, bytes});
        if (operands[i].dtype == DType::f32) fill_random(device, ranges_.back(), i);
        else upload_sample(device, ranges_.back(), problem.sample(i, 1));
    }
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
