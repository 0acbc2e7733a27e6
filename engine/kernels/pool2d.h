#pragma once
// Pooling over windows, NHWC, and its gradients.

#include "base/geometry.h"
#include "kernels/problem.h"

namespace hekla::kernels {

enum class PoolKind : std::uint32_t { maximum = 0, average = 1 };

/// Operands: x, y.
class Pool2d : public Problem {
  public:
    Pool2d(PoolKind kind, const Pool2dGeometry& geometry) : kind_(kind), g_(geometry) {}
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    PoolKind kind_;
    Pool2dGeometry g_;
};

/// Operands: x, dy, dx for the maximum; dy, dx for the average. With `relu` (the maximum only) x is ReLU's output, and
/// dx the gradient of ReLU's input.
class Pool2dGradient : public Problem {
  public:
    Pool2dGradient(PoolKind kind, const Pool2dGeometry& geometry, bool relu = false)
        : kind_(kind), g_(geometry), relu_(relu) {}
    std::string name() const override;
    std::string details() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    void add_tiles(std::vector<Implementation>& list, const vulkan::Device& device) const;
    PoolKind kind_;
    Pool2dGeometry g_;
    bool relu_;
};

}  // namespace hekla::kernels
