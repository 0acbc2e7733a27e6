#pragma once
// Times what passed the self-test and has the selection remember the fastest.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/selection.h"
#include "kernels/tuning_file.h"

namespace hekla::kernels {

struct TunerLimits {
    std::size_t candidates = 0;  // of a problem, in the order of the heuristics
    double problem_seconds = 0;  // of one problem
    double total_seconds = 0;    // of all
};
/// quick: 6 candidates, 0.3 s, 10 s. full: all, 3 s, 300 s.
TunerLimits limits_of(const KernelSettings& settings);

/// What came of one problem.
struct Tuned {
    std::string problem;
    std::size_t candidates = 0;  // that passed the self-test
    std::size_t timed = 0;
    std::string first, best;     // by the heuristics; by the clock (or the first, if that does not differ enough)
    double first_ms = 0, best_ms = 0;
    std::string untimed;         // why nothing was timed, or empty: "one candidate", "the time is out", ...
};

/// One per device, like the Selection. Not thread-safe.
class Tuner {
  public:
    /// `file` keeps the answers for other processes; without it they last as long as the Selection.
    Tuner(vulkan::Device& device, Selection& selection, const KernelSettings& settings, std::optional<TuningFile> file = {});

    /// Before the problem's implementation is selected: times its candidates if the settings ask for it, once per problem.
    /// Fails with a lost device only; for want of memory or time the choice stays what it was.
    void tune(const Problem& problem);
    /// Stores what was found since the last time, if anything. Returns what the user should know, or nothing.
    std::string save();

    /// Of every problem that was to be tuned, in their order.
    const std::vector<Tuned>& results() const { return results_; }

  private:
    bool wanted(const std::string& problem) const;
    void time_candidates(const Problem& problem, Tuned& tuned);
    double seconds_left() const { return limits_.total_seconds - spent_seconds_; }

    vulkan::Device& device_;
    Selection& selection_;
    KernelSettings settings_;
    TunerLimits limits_;
    std::optional<TuningFile> file_;
    double spent_seconds_ = 0;
    std::map<std::string, bool> seen_;
    std::vector<Tuned> results_;
    TunedChoices unsaved_;
};

}  // namespace hekla::kernels
