#pragma once
// The loss of a training step with all that is made of the same rows of logits: record and gradient.

#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: logits [rows, columns], labels [rows], state (written), ring of StepRecords (written)[, dlogits].
class LossStep : public Problem {
  public:
    LossStep(std::uint32_t rows, std::uint32_t columns, bool gradient) : rows_(rows), columns_(columns), gradient_(gradient) {}
    /// Whether one workgroup is faster than several dispatches.
    static bool pays(std::uint64_t rows, std::uint64_t columns) { return rows * columns <= 4096; }
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    Implementation one_by_one(const vulkan::Device& device) const;
    std::uint32_t rows_, columns_;
    bool gradient_;
};

}  // namespace hekla::kernels
