#pragma once
// Softmax, log-softmax and the losses and metrics made of rows of logits.

#include "kernels/problem.h"

namespace hekla::kernels {

enum class SoftmaxKind : std::uint32_t { plain = 0, log = 1 };

/// Operands: x, y.
class Softmax : public Problem {
  public:
    Softmax(SoftmaxKind kind, std::uint64_t rows, std::uint64_t columns) : kind_(kind), rows_(rows), columns_(columns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    SoftmaxKind kind_;
    std::uint64_t rows_, columns_;
};

/// Operands: y, dy, dx.
class SoftmaxGradient : public Problem {
  public:
    SoftmaxGradient(SoftmaxKind kind, std::uint64_t rows, std::uint64_t columns) : kind_(kind), rows_(rows), columns_(columns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    SoftmaxKind kind_;
    std::uint64_t rows_, columns_;
};

/// Loss per row. Operands: logits, targets (u32 labels [rows], or with one_hot f32 [rows, columns]), loss [rows].
class CrossEntropyRows : public Problem {
  public:
    CrossEntropyRows(bool one_hot, std::uint64_t rows, std::uint64_t columns) : one_hot_(one_hot), rows_(rows), columns_(columns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    bool one_hot_;
    std::uint64_t rows_, columns_;
};

/// Operands: logits, targets, drow [rows], dlogits.
class CrossEntropyGradient : public Problem {
  public:
    CrossEntropyGradient(bool one_hot, std::uint64_t rows, std::uint64_t columns) : one_hot_(one_hot), rows_(rows), columns_(columns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    bool one_hot_;
    std::uint64_t rows_, columns_;
};

/// Operands: logits, labels, correct [rows].
class CorrectRows : public Problem {
  public:
    CorrectRows(std::uint64_t rows, std::uint64_t columns) : rows_(rows), columns_(columns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t rows_, columns_;
};

}  // namespace hekla::kernels
