#pragma once
// Images enlarged by whole factors, nearest or bilinear.

#include "base/geometry.h"
#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: x, y; of the gradient: dy, dx.
class Upsample2d : public Problem {
  public:
    Upsample2d(const Upsample2dGeometry& geometry, bool gradient) : g_(geometry), gradient_(gradient) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    Upsample2dGeometry g_;
    bool gradient_;
};

}  // namespace hekla::kernels
