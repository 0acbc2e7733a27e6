#pragma once
// Augmentation of a batch: what is drawn for each row, and what is made of pictures and labels. All take the step state.

#include "kernels/training.h"
#include "reference/augment.h"

namespace hekla::kernels {

/// Operands: state, draws [rows, 12].
class AugmentationDraws : public Problem {
  public:
    AugmentationDraws(const Augmentation& amounts, const reference::AugmentGeometry& geometry) : a_(amounts), g_(geometry) {}
    std::string name() const override { return "augmentation draws " + std::to_string(g_.rows); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    Augmentation a_;
    reference::AugmentGeometry g_;
};

/// Operands: x [rows, height, width, channels], draws, state, y.
class AugmentImages : public Problem {
  public:
    AugmentImages(const Augmentation& amounts, const reference::AugmentGeometry& geometry) : a_(amounts), g_(geometry) {}
    std::string name() const override;
    std::string details() const override { return to_string(a_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements() const { return std::uint64_t{g_.rows} * g_.height * g_.width * g_.channels; }

    Augmentation a_;
    reference::AugmentGeometry g_;
};

/// Operands: x [rows, columns], draws, state, y.
class MixRows : public Problem {
  public:
    MixRows(std::uint32_t rows, std::uint32_t columns) : rows_(rows), columns_(columns) {}
    std::string name() const override { return "mix rows " + std::to_string(rows_) + "x" + std::to_string(columns_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<MixRows>(std::min(rows_, 7u), std::min(columns_, 11u)); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_, columns_;
};

}  // namespace hekla::kernels
