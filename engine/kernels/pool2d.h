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
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    PoolKind kind_;
    Pool2dGeometry g_;
};

/// Operands: x, dy, dx for the maximum; dy, dx for the average. With an activation (1 + a row of
/// reference::unary_rows() whose gradient reads the output; the maximum only) x is that activation's output, and dx the
/// gradient of its input.
class Pool2dGradient : public Problem {
  public:
    Pool2dGradient(PoolKind kind, const Pool2dGeometry& geometry, std::uint32_t activation = 0, float parameter = 0)
        : kind_(kind), g_(geometry), activation_(activation), parameter_(parameter) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    void add_tiles(std::vector<Implementation>& list, const vulkan::Device& device) const;
    PoolKind kind_;
    Pool2dGeometry g_;
    std::uint32_t activation_;
    float parameter_;
};

}  // namespace hekla::kernels
