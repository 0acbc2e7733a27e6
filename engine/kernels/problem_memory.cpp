#include "kernels/problem_memory.h"

#include <algorithm>
#include <cstring>

#include "base/half.h"
#include "kernels/recorder.h"
#include "reference/reference.h"

namespace hekla::kernels {
namespace {

constexpr std::uint64_t most_sampled = 1 << 22;

std::uint64_t scratch_range_bytes(std::uint64_t bytes) { return vulkan::align_up(std::max<std::uint64_t>(bytes, 16), 16); }

/// A block of random numbers, over and over: making each anew would take longer than to measure.
void fill_random(vulkan::Device& device, const vulkan::BufferRange& range, std::uint32_t stream, DType dtype) {
    constexpr std::uint64_t block = 1 << 16;
    std::vector<float> values(std::min<std::uint64_t>(range.bytes / 4, block));
    for (std::uint32_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(0.01 + 0.98 * reference::random_unit(1, 0, stream, i));
    if (dtype == DType::f16)
        for (float& value : values) {
            const std::uint16_t half = to_half(value);
            const std::uint32_t both = std::uint32_t{half} << 16 | half;
            std::memcpy(&value, &both, sizeof value);
        }
    for (std::uint64_t at = 0; at < range.bytes; at += 4 * values.size()) {
        const std::uint64_t bytes = std::min<std::uint64_t>(4 * values.size(), range.bytes - at);
        device.upload({range.buffer, at, bytes}, std::as_bytes(std::span(values)).first(bytes));
    }
}

void fill_whole_numbers(vulkan::Device& device, const vulkan::BufferRange& range, const Problem& problem, std::uint32_t operand, std::uint64_t elements) {
    device.fill(range, 0);
    if (elements > most_sampled) return;
    const std::vector<double> sample = problem.sample(operand, 1);
    const std::vector<std::uint32_t> words(sample.begin(), sample.end());
    if (words.size() * 4 <= range.bytes) device.upload(range, std::as_bytes(std::span(words)));
}

}  // namespace

ProblemMemory::ProblemMemory(vulkan::Device& device, const Problem& problem, std::span<const Implementation> implementations) : device_(device) {
    const std::vector<Operand> operands = problem.operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        operands_.push_back(add(range_bytes(operands[i].elements, operands[i].dtype), "timed operand"));
        if (!operands[i].read) continue;
        const DType dtype = operands[i].dtype;
        if (dtype == DType::f32 || dtype == DType::f16) fill_random(device, operands_.back(), i, dtype);
        else fill_whole_numbers(device, operands_.back(), problem, i, operands[i].elements);
    }
    std::vector<std::uint64_t> scratch_bytes;
    for (const Implementation& implementation : implementations) {
        scratch_bytes.resize(std::max(scratch_bytes.size(), implementation.scratch_bytes.size()));
        for (std::size_t i = 0; i < implementation.scratch_bytes.size(); ++i)
            scratch_bytes[i] = std::max(scratch_bytes[i], scratch_range_bytes(implementation.scratch_bytes[i]));
    }
    for (const std::uint64_t bytes : scratch_bytes) scratch_.push_back(add(bytes, "timed scratch"));
}

vulkan::BufferRange ProblemMemory::add(std::uint64_t bytes, const char* label) {
    buffers_.push_back(std::make_unique<vulkan::Buffer>(device_, bytes, vulkan::MemoryUse::device, label));
    return {buffers_.back().get(), 0, bytes};
}

std::vector<vulkan::BufferRange> ProblemMemory::ranges_for(const Implementation& implementation) {
    std::vector<vulkan::BufferRange> ranges = operands_;
    for (std::size_t i = 0; i < implementation.scratch_bytes.size(); ++i) {
        const std::uint64_t bytes = scratch_range_bytes(implementation.scratch_bytes[i]);
        if (i >= scratch_.size()) scratch_.push_back(add(bytes, "timed scratch"));
        if (scratch_[i].bytes < bytes) scratch_[i] = add(bytes, "timed scratch");
        ranges.push_back({scratch_[i].buffer, 0, bytes});
    }
    return ranges;
}

}  // namespace hekla::kernels
