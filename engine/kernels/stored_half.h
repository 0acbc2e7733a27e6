#pragma once
// A problem some of whose operands lie in memory as numbers of 16 bits. Needs no feature of the device: they are read through
// texel buffers of 16-bit formats, which every device has, by the kernels that read 32 bits through texel buffers, and
// written four at a time as packed words, by variants of the kernels that end in _half. Arithmetic is f32 throughout.

#include "kernels/problem.h"

namespace hekla::kernels {

/// Which operands; bit i is operand i.
using OperandMask = std::uint32_t;

/// Operands: those of `problem`, in 16 bits where `half` says so. Those in `widened` are copied to 32 bits first, which any
/// kernel can read; they must not be written.
class StoredHalf : public Problem {
  public:
    StoredHalf(std::shared_ptr<const Problem> problem, OperandMask half, OperandMask widened = 0)
        : problem_(std::move(problem)), half_(half), widened_(widened) {}
    std::string name() const override;
    std::string details() const override { return problem_->details(); }
    std::vector<Operand> operands() const override;
    /// Those of the problem that can read and write so; none, if none can.
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<StoredHalf>(problem_->small(), half_, widened_); }
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;
    /// A number of 16 bits is off by 2^-11 of itself, or 2^-10 where the device cuts instead of rounding.
    double tolerance() const override { return problem_->tolerance() + 0x1p-10; }

  private:
    bool is_half(std::uint32_t operand) const { return operand < 32 && (half_ >> operand & 1u); }
    bool stores_half(KernelCall& call) const;
    void widen_operands(Implementation& implementation) const;

    std::shared_ptr<const Problem> problem_;
    OperandMask half_, widened_;
};

}  // namespace hekla::kernels
