#pragma once
// Sums, means, maxima and minima: [outer, depth, inner] -> [outer, inner].

#include "kernels/problem.h"
#include "reference/reference.h"

namespace hekla::kernels {

/// Operands: x, y.
class Reduce : public Problem {
  public:
    Reduce(reference::Reduction kind, std::uint64_t outer, std::uint64_t depth, std::uint64_t inner)
        : kind_(kind), outer_(outer), depth_(depth), inner_(inner) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    reference::Reduction kind_;
    std::uint64_t outer_, depth_, inner_;
};

}  // namespace hekla::kernels
