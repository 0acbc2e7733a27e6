#pragma once
// How good predictions are, from counts that a device made. Precision P = TP / (TP + FP), recall R = TP / (TP + FN),
// F1 = 2 P R / (P + R), each 0 where it is not defined.

#include <cstdint>
#include <optional>
#include <vector>

namespace hekla {

struct ClassScores {
    double precision = 0, recall = 0, f1 = 0;
    std::uint64_t support = 0;        // samples of the class
    std::optional<double> auc = {};   // area under the ROC curve, the class against the rest; none without both of them
};

/// Counts of an evaluation (none, classes = 0, with more than 2048 of them); whole numbers, so that they do not depend on an order.
struct PredictionCounts {
    std::uint32_t classes = 0;
    std::vector<std::uint64_t> confusion;  // classes x classes: row label, column prediction (the first largest output)
    std::vector<std::uint64_t> ranks;      // [classes]: samples whose label has the r-th largest output, the first of equal ones first
    /// [classes][2][bins]: samples by the log-odds of the class's softmax probability, from -16 to 16; [1] those of the class.
    /// 16384 bins, 1024 with more than 64 classes.
    std::vector<std::uint64_t> scores;

    std::size_t score_bins() const { return classes ? scores.size() / classes / 2 : 0; }
    std::uint64_t count() const;
    /// Share of the samples whose label is among the k largest outputs.
    double top_k(std::uint32_t k) const;
    /// By class. The AUC takes scores in one bin for equal: each such pair counts half.
    std::vector<ClassScores> per_class() const;
    /// Means over the classes; the AUC over those that have one. The support is the number of samples.
    ClassScores macro() const;
    /// From the counts of all classes together: with one label per sample, all three are the accuracy.
    ClassScores micro() const;
};

}  // namespace hekla
