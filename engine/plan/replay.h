#pragma once
// Replays a recorded step: whole steps, many per submit, as secondaries recorded once per layer; or, where a step is
// longer than the time target, cut into submits of some calls or parts of calls.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "plan/layer_recording.h"
#include "plan/pacing.h"

namespace hekla::plan {

struct ReplayOptions {
    std::uint32_t steps_per_submit = 32;
    double submit_ms = 30;  // time target; 0: none
};

struct ReplayCounters {
    std::uint64_t steps = 0, submits = 0, cut_steps = 0, vulkan_calls = 0;
    double cpu_seconds = 0;  // of the submitting thread, in submit and wait
    double starved_seconds = 0;  // of the device, waiting for data and nothing else
};

/// Not thread-safe. The layers must outlive it.
class Replay {
  public:
    Replay(vulkan::Device& device, const std::vector<LayerCalls>& layers, const ReplayOptions& options);
    ~Replay();
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    void set_options(const ReplayOptions& options);
    const ReplayOptions& options() const { return options_; }
    /// Called at the beginning of every run.
    void before_run(std::function<void()> call) { before_run_ = std::move(call); }
    /// Runs `steps` steps. `completed(count)` is called after each wait with the number of steps that have run to their
    /// end; if it returns false no further step begins. Waits for all before it returns; throws Error on
    /// device loss.
    /// `admit(begun, count)`, if given, returns once the data of `count` steps from step `begun` of this run on are where
    /// the device reads them, or false to begin no further step. It must not throw.
    void run(std::uint64_t steps, const std::function<bool(std::uint32_t)>& completed = {},
             const std::function<bool(std::uint64_t, std::uint32_t)>& admit = {});

    const ReplayCounters& counters() const { return counters_; }

  private:
    struct Slot;        // one submit in flight
    struct InFlight;    // what it holds
    struct Place {      // a call of the step
        std::uint32_t layer, call;
    };

    void record_secondaries();
    VkCommandBuffer whole_steps_buffer(Slot& slot, std::uint32_t steps);
    VkCommandBuffer segment_buffer(Slot& slot, std::size_t index);
    void record_segment(VkCommandBuffer cmd, const Segment& segment);
    void submit(Slot& slot, VkCommandBuffer cmd, InFlight what);
    std::uint32_t finish(Slot& slot);
    void count_starvation(const Slot& slot, const std::vector<std::uint64_t>& stamps);
    void plan_cuts();

    vulkan::Device& device_;
    const std::vector<LayerCalls>& layers_;
    ReplayOptions options_;
    std::function<void()> before_run_;
    std::vector<Place> places_;
    vulkan::CommandPool pool_;
    std::vector<VkCommandBuffer> secondaries_;
    Pacer pacer_;
    std::vector<Segment> cuts_;
    double cuts_made_for_ns_ = 0;
    vulkan::Timestamps timestamps_;
    std::vector<std::unique_ptr<Slot>> slots_;
    ReplayCounters counters_;
    std::uint64_t idle_since_ns_ = 0;  // device time at which the submit before ended; 0: unknown
    double waited_ns_ = 0;             // by the host, for the data of the submit to come
};

}  // namespace hekla::plan
