#pragma once
// Depthwise convolutions (one filter per channel, channels % 4 == 0): kernels of their own before the general ones.

#include "kernels/conv2d.h"

namespace hekla::kernels {

/// Whether these problems are for it: every channel a group with one filter, four of them together.
bool is_depthwise(const Conv2dGeometry& geometry);

/// Operands: x, weight, [bias,] y.
class DepthwiseForward : public Problem {
  public:
    DepthwiseForward(const Conv2dGeometry& geometry, const Epilogue& epilogue) : g_(geometry), epilogue_(epilogue), general_(geometry, epilogue) {}
    std::string name() const override { return "depthwise " + general_.name(); }
    std::vector<Operand> operands() const override { return general_.operands(); }
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override { general_.reference(operands); }

  private:
    Conv2dGeometry g_;
    Epilogue epilogue_;
    Conv2dForward general_;
};

/// Operands: dy, weight, dx.
class DepthwiseInputGradient : public Problem {
  public:
    explicit DepthwiseInputGradient(const Conv2dGeometry& geometry) : g_(geometry), general_(geometry) {}
    std::string name() const override { return "depthwise " + general_.name(); }
    std::vector<Operand> operands() const override { return general_.operands(); }
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override { general_.reference(operands); }

  private:
    Conv2dGeometry g_;
    Conv2dInputGradient general_;
};

/// Operands: x, dy, dweight.
class DepthwiseWeightGradient : public Problem {
  public:
    explicit DepthwiseWeightGradient(const Conv2dGeometry& geometry) : g_(geometry), general_(geometry) {}
    std::string name() const override { return "depthwise " + general_.name(); }
    std::vector<Operand> operands() const override { return general_.operands(); }
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override { general_.reference(operands); }

  private:
    Conv2dGeometry g_;
    Conv2dWeightGradient general_;
};

}  // namespace hekla::kernels
