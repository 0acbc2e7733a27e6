#pragma once
// How often something is run to be timed, and what is made of the times. No device.

#include <cstdint>
#include <span>

namespace hekla::bench {

/// What one measurement may take.
struct Budget {
    double seconds = 0.3;  // all rounds of one item together, after a warm-up
    double longest = 3;    // a single run that is expected to take more seconds is left out
};

/// Milliseconds of one repetition.
struct Timing {
    double best_ms = 0, median_ms = 0;
    std::uint32_t rounds = 0;
};

/// Of at least one round. The median of an even number is the mean of the middle two.
Timing timing_of(std::span<const double> round_ms);

/// Repetitions per round such that about `wanted_rounds` rounds fill the budget: at least 1, at most `most`. A time of 0
/// (shorter than the clock sees) gives `most`.
std::uint32_t repeats_for(double one_ms, const Budget& budget, std::uint32_t wanted_rounds, std::uint32_t most);

/// What is done per second, 1e9 to the unit, in `ms`; 0 if nothing was measured.
double giga_per_second(double amount, double ms);

/// Expected seconds of `amount` at `giga_per_second`; infinite at 0.
double expected_seconds(double amount, double giga_per_second);

}  // namespace hekla::bench
