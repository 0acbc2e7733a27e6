#include "kernels/trial.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/half.h"
#include "kernels/recorder.h"

namespace hekla::kernels {
namespace {

constexpr std::uint32_t poison = 0x7fc0dead;  // a NaN: reading an output that was not written shows
constexpr std::uint32_t guard = 0xc0ffee11;
constexpr std::uint64_t guard_bytes = 256;

std::uint32_t to_word(double value, DType dtype) {
    if (dtype == DType::f16) return to_half(static_cast<float>(value));
    if (dtype != DType::f32) return static_cast<std::uint32_t>(value);
    const float single = static_cast<float>(value);
    std::uint32_t word;
    std::memcpy(&word, &single, 4);
    return word;
}

double from_word(std::uint32_t word, DType dtype) {
    if (dtype == DType::f16) return from_half(static_cast<std::uint16_t>(word));
    if (dtype != DType::f32) return word;
    float value;
    std::memcpy(&value, &word, 4);
    return value;
}

/// All operands and scratch in one buffer with guards between them.
class Memory {
  public:
    Memory(vulkan::Device& device, const std::vector<Operand>& operands, const Implementation& implementation)
        : device_(device) {
        std::uint64_t at = 0;
        const auto place = [&](std::uint64_t bytes) {
            at += guard_bytes;
            ranges_.push_back({nullptr, at, bytes});
            at = vulkan::align_up(at + bytes, vulkan::range_alignment);
        };
        for (const Operand& operand : operands) place(range_bytes(operand.elements, operand.dtype));
        for (std::uint64_t bytes : implementation.scratch_bytes) place(vulkan::align_up(std::max<std::uint64_t>(bytes, 16), 16));
        total_ = at + guard_bytes;
        buffer_ = std::make_unique<vulkan::Buffer>(device, total_, vulkan::MemoryUse::device, "self-test");
        for (vulkan::BufferRange& range : ranges_) range.buffer = buffer_.get();
        words_.assign(total_ / 4, guard);
        for (const vulkan::BufferRange& range : ranges_)
            std::fill_n(words_.begin() + static_cast<std::ptrdiff_t>(range.offset / 4), range.bytes / 4, poison);
    }

    std::span<const vulkan::BufferRange> ranges() const { return ranges_; }
    /// An element's bits; two elements of 16 bits share a word.
    std::uint32_t word(std::size_t operand, std::uint64_t element, DType dtype) const {
        const std::uint64_t first = ranges_[operand].offset / 4;
        return dtype == DType::f16 ? words_[first + element / 2] >> element % 2 * 16 & 0xffffu : words_[first + element];
    }
    void set_word(std::size_t operand, std::uint64_t element, DType dtype, std::uint32_t bits) {
        const std::uint64_t first = ranges_[operand].offset / 4, shift = element % 2 * 16;
        if (dtype != DType::f16) words_[first + element] = bits;
        else words_[first + element / 2] = (words_[first + element / 2] & ~(0xffffu << shift)) | bits << shift;
    }
    void upload() { device_.upload({buffer_.get(), 0, total_}, std::as_bytes(std::span(words_))); }
    void download() { device_.download({buffer_.get(), 0, total_}, std::as_writable_bytes(std::span(words_))); }

    /// Index of the operand (or scratch) before which a guard was overwritten, or -1.
    int broken_guard() const {
        std::uint64_t at = 0;
        for (std::size_t i = 0; i <= ranges_.size(); ++i) {
            const std::uint64_t end = i < ranges_.size() ? ranges_[i].offset : total_;
            for (std::uint64_t byte = at; byte < end; byte += 4)
                if (words_[byte / 4] != guard) return static_cast<int>(i);
            if (i < ranges_.size()) at = ranges_[i].offset + ranges_[i].bytes;
        }
        return -1;
    }

  private:
    vulkan::Device& device_;
    std::vector<vulkan::BufferRange> ranges_;
    std::uint64_t total_ = 0;
    std::unique_ptr<vulkan::Buffer> buffer_;
    std::vector<std::uint32_t> words_;
};

void run(vulkan::Device& device, const Implementation& implementation, std::span<const vulkan::BufferRange> ranges) {
    vulkan::DescriptorArena sets(device);
    std::vector<PreparedCall> calls;
    for (const KernelCall& call : implementation.calls) calls.push_back(prepare(device, sets, call, ranges));
    device.run_once([&](VkCommandBuffer cmd) {
        for (const PreparedCall& call : calls) {
            vulkan::compute_barrier(device, cmd);
            emit(device, cmd, call);
        }
    });
}

void compare(const Problem& problem, const Operand& operand, std::size_t index, Memory& memory,
             const std::vector<double>& expected, TrialResult& result) {
    double largest = 1e-30;
    for (double value : expected)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    for (std::uint64_t element = 0; element < operand.elements; ++element) {
        const std::uint32_t bits = memory.word(index, element, operand.dtype);
        const double found = from_word(bits, operand.dtype);
        // Where the function is not defined (the logarithm of a negative number) GLSL allows any result; only leaving it
        // unwritten is wrong.
        if (std::isnan(expected[element]) && bits != poison) continue;
        const double error = std::abs(found - expected[element]) / largest;
        if (!(error <= result.error)) result.error = error;
        if (error <= problem.tolerance()) continue;
        if (result.reason.empty())
            result.reason = "operand " + std::to_string(index) + " element " + std::to_string(element) + " should be " +
                            std::to_string(expected[element]) + " and is " + std::to_string(found);
        result.passed = false;
    }
}

}  // namespace

TrialResult try_implementation(vulkan::Device& device, const Problem& problem, const Implementation& implementation,
                               std::uint32_t seed) {
    const std::vector<Operand> operands = problem.operands();
    Memory memory(device, operands, implementation);
    std::vector<std::vector<double>> values(operands.size());
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        values[i] = operands[i].read ? problem.sample(i, seed) : std::vector<double>(operands[i].elements, 0.0);
        for (std::uint64_t e = 0; operands[i].read && e < operands[i].elements; ++e)
            memory.set_word(i, e, operands[i].dtype, to_word(values[i][e], operands[i].dtype));
    }
    problem.reference(values);
    memory.upload();
    run(device, implementation, memory.ranges());
    memory.download();

    TrialResult result;
    result.passed = true;
    for (std::size_t i = 0; i < operands.size(); ++i)
        if (operands[i].written) compare(problem, operands[i], i, memory, values[i], result);
    if (const int broken = memory.broken_guard(); broken >= 0) {
        result.passed = false;
        result.reason = "memory before operand " + std::to_string(broken) + " was overwritten";
    }
    return result;
}

}  // namespace hekla::kernels
