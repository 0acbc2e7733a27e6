#include "search/median_rule.h"

#include <algorithm>
#include <numeric>

namespace hekla::search {

bool MedianRule::stops(const std::vector<double>& accuracies) const {
    const std::size_t epochs = accuracies.size();
    std::vector<double> means;
    for (const std::vector<double>& other : ended_)
        if (other.size() >= epochs)
            means.push_back(std::accumulate(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(epochs), 0.0) / static_cast<double>(epochs));
    if (means.size() < least_trials_) return false;
    std::sort(means.begin(), means.end());
    const std::size_t middle = means.size() / 2;
    const double median = means.size() % 2 ? means[middle] : (means[middle - 1] + means[middle]) / 2;
    return *std::max_element(accuracies.begin(), accuracies.end()) < median;
}

}  // namespace hekla::search
