#include "bench/rounds.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace hekla::bench {

Timing timing_of(std::span<const double> round_ms) {
    std::vector<double> sorted(round_ms.begin(), round_ms.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    const double median = sorted.size() % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return {sorted.front(), median, static_cast<std::uint32_t>(sorted.size())};
}

std::uint32_t repeats_for(double one_ms, const Budget& budget, std::uint32_t wanted_rounds, std::uint32_t most) {
    const double round_ms = budget.seconds * 1e3 / wanted_rounds;
    if (!(one_ms > 0) || one_ms * most <= round_ms) return most;
    return std::max(1u, static_cast<std::uint32_t>(round_ms / one_ms));
}

double giga_per_second(double amount, double ms) { return ms > 0 ? amount / (ms * 1e6) : 0; }

double expected_seconds(double amount, double giga_per_second) {
    return giga_per_second > 0 ? amount / (giga_per_second * 1e9) : std::numeric_limits<double>::infinity();
}

}  // namespace hekla::bench
