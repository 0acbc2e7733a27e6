#include <hekla/metrics.h>

#include <algorithm>
#include <numeric>

namespace hekla {
namespace {

double quotient(double dividend, double divisor) { return divisor > 0 ? dividend / divisor : 0.0; }

ClassScores scores_of(double hits, double predicted, double labelled) {
    ClassScores scores;
    scores.precision = quotient(hits, predicted);
    scores.recall = quotient(hits, labelled);
    scores.f1 = quotient(2 * scores.precision * scores.recall, scores.precision + scores.recall);
    return scores;
}

/// Share of the pairs of one that is of the class and one that is not in which the former has the larger score.
std::optional<double> area(const std::uint64_t* others, const std::uint64_t* own, std::size_t bins) {
    double below = 0, pairs = 0, positives = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const auto positive = static_cast<double>(own[bin]), negative = static_cast<double>(others[bin]);
        pairs += positive * (below + 0.5 * negative);
        below += negative;
        positives += positive;
    }
    if (positives == 0 || below == 0) return std::nullopt;
    return pairs / (positives * below);
}

}  // namespace

std::uint64_t PredictionCounts::count() const { return std::accumulate(ranks.begin(), ranks.end(), std::uint64_t{0}); }

double PredictionCounts::top_k(std::uint32_t k) const {
    const auto end = ranks.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(k, ranks.size()));
    return quotient(static_cast<double>(std::accumulate(ranks.begin(), end, std::uint64_t{0})), static_cast<double>(count()));
}

std::vector<ClassScores> PredictionCounts::per_class() const {
    std::vector<ClassScores> all;
    for (std::uint32_t c = 0; c < classes; ++c) {
        std::uint64_t predicted = 0, labelled = 0;
        for (std::uint32_t other = 0; other < classes; ++other) {
            predicted += confusion[std::size_t{other} * classes + c];
            labelled += confusion[std::size_t{c} * classes + other];
        }
        ClassScores scores = scores_of(static_cast<double>(confusion[std::size_t{c} * classes + c]), static_cast<double>(predicted), static_cast<double>(labelled));
        scores.support = labelled;
        const std::uint64_t* histogram = this->scores.data() + std::size_t{c} * 2 * score_bins();
        scores.auc = area(histogram, histogram + score_bins(), score_bins());
        all.push_back(scores);
    }
    return all;
}

ClassScores PredictionCounts::macro() const {
    ClassScores mean;
    double area_sum = 0, areas = 0;
    for (const ClassScores& one : per_class()) {
        mean.precision += one.precision / classes;
        mean.recall += one.recall / classes;
        mean.f1 += one.f1 / classes;
        mean.support += one.support;
        if (one.auc) area_sum += *one.auc, areas += 1;
    }
    if (areas > 0) mean.auc = area_sum / areas;
    return mean;
}

ClassScores PredictionCounts::micro() const {
    double hits = 0;
    for (std::uint32_t c = 0; c < classes; ++c) hits += static_cast<double>(confusion[std::size_t{c} * classes + c]);
    const auto all = static_cast<double>(count());
    ClassScores scores = scores_of(hits, all, all);
    scores.support = count();
    return scores;
}

}  // namespace hekla
