#pragma once
// Rows of a table by their index, and the sum of gradients back into the rows.

#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: table [rows, columns], indices (u32 [count]), y [count, columns].
class Embedding : public Problem {
  public:
    Embedding(std::uint32_t rows, std::uint32_t columns, std::uint32_t count) : rows_(rows), columns_(columns), count_(count) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_, columns_, count_;
};

/// Operands: dy [count, columns], indices, dtable [rows, columns].
class EmbeddingGradient : public Problem {
  public:
    EmbeddingGradient(std::uint32_t rows, std::uint32_t columns, std::uint32_t count) : rows_(rows), columns_(columns), count_(count) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_, columns_, count_;
};

}  // namespace hekla::kernels
