#include "kernels/tuner.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <hekla/error.h>

#include "kernels/race.h"

namespace hekla::kernels {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::uint64_t nanoseconds_of(double ms) { return static_cast<std::uint64_t>(std::max(ms, 0.0) * 1e6); }

}  // namespace

TunerLimits limits_of(const KernelSettings& settings) {
    TunerLimits limits{6, 0.3, 10};
    if (settings.tune == Tune::full) limits = {std::numeric_limits<std::size_t>::max(), 3, 300};
    if (settings.tune_seconds > 0) limits.total_seconds = settings.tune_seconds;
    return limits;
}

Tuner::Tuner(vulkan::Device& device, Selection& selection, const KernelSettings& settings, std::optional<TuningFile> file)
    : device_(device), selection_(selection), settings_(settings), limits_(limits_of(settings)), file_(std::move(file)) {}

bool Tuner::wanted(const std::string& problem) const {
    if (seen_.contains(problem) || selection_.demands(problem)) return false;
    const TunedChoice* known = selection_.remembered(problem);
    if (!known || settings_.tune_again) return true;
    return settings_.tune == Tune::full && !known->full;
}

void Tuner::tune(const Problem& problem) {
    if (settings_.tune == Tune::off) return;
    Tuned tuned{.problem = problem.full_name()};
    if (!wanted(tuned.problem)) return;
    seen_[tuned.problem] = true;
    const Clock::time_point start = Clock::now();
    try {
        time_candidates(problem, tuned);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::out_of_memory) throw;
        tuned.untimed = "not enough memory beside what is there already";
    }
    spent_seconds_ += seconds_since(start);
    results_.push_back(std::move(tuned));
}

void Tuner::time_candidates(const Problem& problem, Tuned& tuned) {
    const Clock::time_point start = Clock::now();
    const double seconds = std::min(limits_.problem_seconds, seconds_left());
    if (seconds <= 0) {
        tuned.untimed = "the time is out";
        return;
    }
    // Self-tests take as long as they take; with many candidates they may not take all.
    const std::vector<Implementation> candidates =
        selection_.select_all(problem, limits_.candidates, [&] { return seconds_since(start) < seconds_left(); });
    tuned.candidates = candidates.size();
    if (candidates.empty()) return;  // select() tells why
    tuned.first = tuned.best = candidates[0].name;
    if (candidates.size() == 1) {
        tuned.untimed = "one candidate";
        return;
    }
    const std::vector<double> ms = race(device_, problem, candidates, seconds);
    if (std::isinf(ms[0])) {
        tuned.untimed = "a run takes too long";
        return;
    }
    const std::size_t best = winner(ms);
    tuned.timed = static_cast<std::size_t>(std::count_if(ms.begin(), ms.end(), [](double one) { return !std::isinf(one); }));
    tuned.best = candidates[best].name;
    tuned.first_ms = ms[0];
    tuned.best_ms = ms[best];
    // Of those that the time was too short to test or to time, nothing is known.
    const bool full = settings_.tune == Tune::full && seconds_left() > seconds_since(start);
    const TunedChoice choice{tuned.best, full, nanoseconds_of(ms[best]), nanoseconds_of(ms[0])};
    unsaved_[tuned.problem] = choice;
    selection_.remember({{tuned.problem, choice}});
}

std::string Tuner::save() {
    if (unsaved_.empty()) return {};
    std::string failure = file_ ? file_->merge(unsaved_) : std::string();
    unsaved_.clear();
    return failure;
}

}  // namespace hekla::kernels
