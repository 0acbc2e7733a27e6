#pragma once
// Whole-number counts of what logits say of their labels, of which metrics are made.

#include <algorithm>

#include "kernels/problem.h"

namespace hekla::kernels {

/// Operands: logits [rows, classes], labels u32 [rows] (>= classes: no sample), counts (added to, words(classes)):
/// confusion [label, prediction], ranks [classes], histograms of log-odds [class, of another or this one, bins].
class CountPredictions : public Problem {
  public:
    /// Fine ones as long as the histograms stay small: few classes of a network that knows little have all scores close together.
    static std::uint32_t bins(std::uint64_t classes) { return classes <= 64 ? 16384 : 1024; }
    static std::uint64_t words(std::uint64_t classes) { return classes * classes + classes + 2 * bins(classes) * classes; }

    CountPredictions(std::uint32_t rows, std::uint32_t classes) : rows_(rows), classes_(classes) {}
    std::string name() const override { return "count predictions " + std::to_string(rows_) + "x" + std::to_string(classes_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<CountPredictions>(std::min(rows_, 67u), classes_ <= 64 ? std::min(classes_, 12u) : 70u);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_, classes_;
};

}  // namespace hekla::kernels
