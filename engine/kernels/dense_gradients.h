#pragma once
// All gradients of a dense layer y = x W + b in one problem, for layers of so few rows or columns that a dispatch costs as
// much as the product.

#include "kernels/problem.h"

namespace hekla::kernels {

struct DenseGeometry {
    std::uint32_t rows = 1, features = 4, columns = 4;
    bool bias = false;
    // x is the output of a ReLU, or of a dropout behind one: dx is the gradient of what came before, which passes where
    // x > 0, times the dropout's factor.
    bool through_relu = false;
    float factor = 1;
};

/// Operands: x [rows, features], weight [features, columns], dy [rows, columns], dx, dweight[, dbias].
class DenseGradients : public Problem {
  public:
    explicit DenseGradients(const DenseGeometry& geometry) : g_(geometry) {}
    /// Whether one kernel is likely to be faster than one per gradient.
    static bool pays(const vulkan::Device& device, const DenseGeometry& geometry);
    std::string name() const override;
    std::vector<Operand> operands() const override;
    /// One kernel for all, where there is one; last the gradients one by one, for which there are faster kernels in problems
    /// of their own.
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Implementation one_by_one(const vulkan::Device& device) const;
    DenseGeometry g_;
};

}  // namespace hekla::kernels
