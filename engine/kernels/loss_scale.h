#pragma once
// Mixed-precision training: the loss is scaled before the way back, gradients are checked and the update undoes it. The
// scale lives in the step state (engine/base/step_state.h).

#include <algorithm>

#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: state, scale (one number).
class LossScale : public Problem {
  public:
    std::string name() const override { return "loss scale"; }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<LossScale>(); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;
};

/// Operands: gradients, state (written).
class CheckGradients : public Problem {
  public:
    explicit CheckGradients(std::uint64_t elements) : elements_(elements) {}
    std::string name() const override { return "check gradients " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<CheckGradients>(std::min<std::uint64_t>(elements_, 67)); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    /// One gradient is not finite, by every other seed.
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
};

}  // namespace hekla::kernels
