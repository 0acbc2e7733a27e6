#include "kernels/race.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include <hekla/error.h>

#include "kernels/problem_memory.h"
#include "kernels/recorder.h"
#include "kernels/timed_commands.h"

namespace hekla::kernels {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double hopeless = 4;    // times the best of the warm-ups: dropped before its first whole run
constexpr double beaten = 1.5;    // times the best of a round: dropped before the next
constexpr double to_displace = 0.97;
constexpr double round_ms = 2;    // shorter ones are repeated within a round: clocks are coarse
constexpr std::uint32_t most_repeats = 64, least_rounds = 3, most_rounds = 9, duel_rounds = 5, slices = 8;

class Contender {
  public:
    Contender(vulkan::Device& device, const Implementation& implementation, ProblemMemory& memory) : device_(device), sets_(device) {
        const std::vector<vulkan::BufferRange> ranges = memory.ranges_for(implementation);
        for (const KernelCall& call : implementation.calls) calls_.push_back(prepare(device, sets_, call, ranges));
    }

    /// Milliseconds that a whole run would take, by what a slice of it takes.
    double warm_up() {
        double work = 0, sliced_work = 0;
        for (const PreparedCall& call : calls_) {
            work += std::max(call.work, 1.0);
            sliced_work += std::max(call.work, 1.0) * slice_of(call) / call.cut_groups();
        }
        TimedCommands slice(device_, [&](VkCommandBuffer cmd) { record(cmd, true); }, 1);
        slice.run();
        expected_ms_ = slice.run() * work / sliced_work;
        return expected_ms_;
    }

    void run_round() {
        if (!commands_) {
            const double wanted = round_ms / std::max(expected_ms_, 1e-6);
            const auto repeats = static_cast<std::uint32_t>(std::clamp(wanted, 1.0, static_cast<double>(most_repeats)));
            commands_.emplace(device_, [&](VkCommandBuffer cmd) { record(cmd, false); }, repeats);
        }
        best_ms_ = std::min(best_ms_, commands_->run());
    }
    double expected_ms() const { return expected_ms_; }
    double best_ms() const { return best_ms_; }
    bool dropped = false;

  private:
    static std::uint32_t slice_of(const PreparedCall& call) { return (call.cut_groups() + slices - 1) / slices; }
    void record(VkCommandBuffer cmd, bool slice) const {
        for (const PreparedCall& call : calls_) {
            if (&call != calls_.data()) vulkan::compute_barrier(device_, cmd);
            if (slice) emit(device_, cmd, call, 0, slice_of(call));
            else emit(device_, cmd, call);
        }
    }

    vulkan::Device& device_;
    vulkan::DescriptorArena sets_;
    std::vector<PreparedCall> calls_;
    std::optional<TimedCommands> commands_;
    double expected_ms_ = infinite, best_ms_ = infinite;
};

class Race {
  public:
    Race(vulkan::Device& device, const Problem& problem, std::span<const Implementation> implementations, double seconds)
        : device_(device), memory_(device, problem, implementations), implementations_(implementations),
          end_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))), limit_ms_(seconds * 1e3) {}

    std::vector<double> run() {
        contenders_.resize(implementations_.size());
        for (std::size_t i = 0; i < implementations_.size() && (i == 0 || in_time()); ++i) enter(i);
        if (contenders_[0])
            for (std::uint32_t round = 0; round < most_rounds && (round < least_rounds || in_time()); ++round) run_round(round);
        if (const std::size_t best = winner(times()); best != 0) duel(*contenders_[0], *contenders_[best]);
        return times();
    }

  private:
    std::vector<double> times() const {
        std::vector<double> result;
        for (const auto& contender : contenders_) result.push_back(contender ? contender->best_ms() : infinite);
        return result;
    }

    /// What takes the place of the heuristics' first must beat it again and again: on a busy machine one was lucky.
    static void duel(Contender& first, Contender& best) {
        for (std::uint32_t round = 0; round < duel_rounds; ++round) {
            first.run_round();
            best.run_round();
        }
    }

    bool in_time() const { return Clock::now() < end_; }

    void enter(std::size_t i) {
        try {
            auto contender = std::make_unique<Contender>(device_, implementations_[i], memory_);
            const double ms = contender->warm_up();
            if (ms > std::min(limit_ms_, hopeless * best_expected_)) return;
            best_expected_ = std::min(best_expected_, ms);
            contenders_[i] = std::move(contender);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::unsupported) throw;  // a range or pipeline that this device has not
        }
    }

    /// In turn, so that a device that becomes busy or warm is so for all.
    void run_round(std::uint32_t round) {
        double best = infinite;
        for (std::size_t i = 0; i < contenders_.size(); ++i) {
            Contender* contender = contenders_[i].get();
            if (!contender || contender->dropped || (i > 0 && round == 0 && !in_time())) continue;
            contender->run_round();
            best = std::min(best, contender->best_ms());
        }
        for (std::size_t i = 1; i < contenders_.size(); ++i)
            if (contenders_[i] && contenders_[i]->best_ms() > beaten * best) contenders_[i]->dropped = true;
    }

    vulkan::Device& device_;
    ProblemMemory memory_;
    std::span<const Implementation> implementations_;
    std::vector<std::unique_ptr<Contender>> contenders_;
    Clock::time_point end_;
    double limit_ms_, best_expected_ = infinite;
};

}  // namespace

std::vector<double> race(vulkan::Device& device, const Problem& problem, std::span<const Implementation> implementations, double seconds) {
    return Race(device, problem, implementations, seconds).run();
}

std::size_t winner(std::span<const double> milliseconds) {
    if (milliseconds.empty()) return 0;
    const double best = *std::min_element(milliseconds.begin(), milliseconds.end());
    if (std::isinf(best)) return 0;
    const auto found = std::find_if(milliseconds.begin(), milliseconds.end(), [&](double ms) { return ms * to_displace <= best; });
    return static_cast<std::size_t>(found - milliseconds.begin());
}

}  // namespace hekla::kernels
