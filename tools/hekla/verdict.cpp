#include "verdict.h"

#include <algorithm>
#include <cmath>

#include "statistics.h"

namespace hekla::command {

namespace {

std::string percent(double share) { return fixed(100 * share, 1); }

}  // namespace

Interval interval_95(std::uint64_t right, std::uint64_t count) {
    if (count == 0) return {};
    constexpr double z = 1.959963984540054;
    const auto n = static_cast<double>(count);
    const double p = static_cast<double>(right) / n, z2 = z * z / n;
    const double middle = (p + z2 / 2) / (1 + z2), half = z / (1 + z2) * std::sqrt(p * (1 - p) / n + z2 / (4 * n));
    return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

Baseline baseline(const data::Dataset& train, const data::Dataset& test) {
    const std::vector<std::uint64_t> counts = class_counts(train);
    if (counts.empty() || test.size() == 0) return {};
    const auto largest = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    const auto right = std::count(test.labels.begin(), test.labels.end(), static_cast<std::uint32_t>(largest));
    return {train.classes[largest], static_cast<double>(right) / static_cast<double>(test.size())};
}

std::string verdict_text(const Evaluation& test, const Baseline& baseline) {
    const Interval interval = interval_95(test.correct, test.count);
    std::string text = "Of " + std::to_string(test.count) + " test images, which it has not seen, " + percent(test.accuracy) +
                       " % were named right (95 % interval " + percent(interval.low) + " to " + percent(interval.high) + " %); always answering '" +
                       printable(baseline.name) + "' would get " + percent(baseline.accuracy) + " %";
    if (interval.low <= baseline.accuracy) text += ", so that it is not shown to be better than that";
    return text + ".";
}

void add_verdict(Json& json, const Evaluation& test, const Baseline& baseline) {
    const Interval interval = interval_95(test.correct, test.count);
    json["accuracy_95"] = {interval.low, interval.high};
    json["baseline"] = {{"class", baseline.name}, {"accuracy", baseline.accuracy}};
}

}  // namespace hekla::command
