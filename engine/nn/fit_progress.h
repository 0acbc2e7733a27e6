#pragma once
// Where a fit stands: means, times and when to stop or to save.

#include <chrono>
#include <span>

#include <hekla/nn.h>

#include "base/step_state.h"
#include "nn/checkpoint.h"

namespace hekla::nn {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Running means over samples.
struct Totals {
    double loss = 0;
    std::uint64_t correct = 0, samples = 0;
    void add(const StepRecord& record) {
        loss += double{record.loss} * record.live_rows;
        correct += record.correct;
        samples += record.live_rows;
    }
    double mean_loss() const { return samples ? loss / static_cast<double>(samples) : 0; }
    double accuracy() const { return samples ? static_cast<double>(correct) / static_cast<double>(samples) : 0; }
};

/// What one fit() has in hand besides the plans.
class FitProgress {
  public:
    FitProgress(const FitOptions& options, std::uint32_t train_count) : options_(options), train_count_(train_count) {}

    void begin_epoch(std::uint32_t epoch) {
        totals_ = {};
        progress_ = {epoch, options_.epochs, 0, train_count_, 0, 0, 0};
        started_ = Clock::now();
    }

    /// Goes on inside an epoch; the time since a checkpoint is not counted.
    void resume_epoch(std::uint32_t epoch, const Checkpoint::Running& running) {
        begin_epoch(epoch);
        totals_ = {running.loss_sum, running.correct, running.samples};
        progress_ = {epoch, options_.epochs, running.samples, train_count_, running.seconds, totals_.mean_loss(), totals_.accuracy()};
        started_ -= std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(running.seconds));
        if (options_.on_progress) options_.on_progress(progress_);
    }
    Checkpoint::Running running(std::uint32_t first_step, std::uint32_t first_skipped, double rate, std::span<const std::uint32_t> order) const {
        return {first_step, first_skipped, rate, progress_.seconds, totals_.loss, totals_.correct, totals_.samples, hash_of(order)};
    }
    bool wants_checkpoint() const {
        return options_.checkpoint.save && seconds_since(saved_) >= 60 * options_.checkpoint.minutes;
    }
    void checkpoint_saved() { saved_ = Clock::now(); }

    /// False: the user wants to stop, or it is time for a checkpoint.
    bool on_steps(std::span<const StepRecord> records) {
        for (const StepRecord& record : records) {
            totals_.add(record);
            last_ = record;
            if (options_.on_step) options_.on_step({record.step, record.loss, record.correct, record.live_rows});
        }
        progress_.done = totals_.samples;
        progress_.seconds = seconds_since(started_);
        progress_.loss = totals_.mean_loss();
        progress_.accuracy = totals_.accuracy();
        count_speed(records);
        if (options_.on_progress) options_.on_progress(progress_);
        stopped_ = stopped_ || (options_.should_stop && options_.should_stop());
        return !stopped_ && !wants_checkpoint();
    }

    EpochResult epoch_result(std::uint32_t epoch, std::uint64_t steps) const {
        EpochResult result;
        result.epoch = epoch;
        result.steps = steps;
        result.loss = totals_.mean_loss();
        result.accuracy = totals_.accuracy();
        result.seconds = progress_.seconds;
        result.images_per_second = progress_.seconds > 0 ? static_cast<double>(totals_.samples) / progress_.seconds : 0;
        return result;
    }

    bool stopped() const { return stopped_; }
    const StepRecord& last() const { return last_; }
    double steady_images_per_second() const { return steady_seconds_ > 0 ? static_cast<double>(steady_samples_) / steady_seconds_ : 0; }

  private:
    /// Speed once warm: without what ends an epoch's first submit, or the first second of training.
    void count_speed(std::span<const StepRecord> records) {
        const Clock::time_point now = Clock::now();
        const bool first_of_epoch = totals_.samples == samples_of(records);
        if (!first_of_epoch && warm_) {
            steady_samples_ += samples_of(records);
            steady_seconds_ += std::chrono::duration<double>(now - last_time_).count();
        }
        warm_ = warm_ || progress_.seconds > 1.0 || progress_.epoch > 1 || progress_.done * 4 > progress_.samples;
        last_time_ = now;
    }
    static std::uint64_t samples_of(std::span<const StepRecord> records) {
        std::uint64_t samples = 0;
        for (const StepRecord& record : records) samples += record.live_rows;
        return samples;
    }

    const FitOptions& options_;
    std::uint64_t train_count_;
    Totals totals_;
    Progress progress_;
    StepRecord last_;
    Clock::time_point started_, last_time_, saved_ = Clock::now();
    std::uint64_t steady_samples_ = 0;
    double steady_seconds_ = 0;
    bool warm_ = false, stopped_ = false;
};

}  // namespace hekla::nn
