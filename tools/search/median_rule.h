#pragma once
// When a trial is not worth its remaining epochs.

#include <cstddef>
#include <vector>

namespace hekla::search {

/// The median stopping rule of Golovin et al. 2017, "Google Vizier", section 3.2.2: a trial ends after an epoch by which its
/// best accuracy is below the median, over the trials before it that came as far, of the mean of their accuracies up to this
/// epoch. Like the successive halving of Li et al. 2018 ("Hyperband") it gives most epochs to few trials, but one trial runs
/// at a time, so that a search may be ended at any moment.
class MedianRule {
  public:
    /// With fewer trials to compare with nothing is stopped.
    explicit MedianRule(std::size_t least_trials = 3) : least_trials_(least_trials) {}

    /// accuracies: one per epoch, at least one.
    bool stops(const std::vector<double>& accuracies) const;
    /// A trial has ended, by the rule or by itself.
    void add(std::vector<double> accuracies) { ended_.push_back(std::move(accuracies)); }

  private:
    std::size_t least_trials_;
    std::vector<std::vector<double>> ended_;
};

}  // namespace hekla::search
