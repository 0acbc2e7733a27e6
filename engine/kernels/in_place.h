#pragma once
// A problem whose result takes the memory of one of its operands.

#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: those of `problem` without its last, the result, which is written into operand `into`.
class InPlace : public Problem {
  public:
    InPlace(std::shared_ptr<const Problem> problem, std::uint32_t into) : problem_(std::move(problem)), into_(into) {}
    std::string name() const override { return problem_->name() + " in place of " + std::to_string(into_); }
    std::string details() const override { return problem_->details(); }
    std::vector<Operand> operands() const override;
    /// Those of the problem that allow it; none, if none does. Texel buffers are read-only while a kernel runs, so those that
    /// read the operand through one are left out.
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<InPlace>(problem_->small(), into_); }
    std::vector<std::unique_ptr<Problem>> small_ones() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override { return problem_->sample(operand, seed); }
    double tolerance() const override { return problem_->tolerance(); }

  private:
    std::shared_ptr<const Problem> problem_;
    std::uint32_t into_;
};

}  // namespace hekla::kernels
