#pragma once
// One step of training, evaluation or prediction, compiled: batch, network, loss, gradients, update, counters.

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>

#include <hekla/nn.h>

#include "base/step_state.h"
#include "nn/resident_data.h"
#include "nn/step_loss.h"
#include "plan/plan_state.h"
#include "reference/reference.h"

namespace hekla::nn {

enum class StepKind : std::uint8_t { train, evaluate, predict };

struct StepSettings {
    StepKind kind = StepKind::train;
    std::uint32_t batch = 32;
    StepLoss loss;
    std::optional<Distillation> distillation = {};  // train: from frozen_teacher
    bool counts = false;  // evaluate: also what metrics are made of
    bool test_time_flip = false;      // evaluate
    Augmentation augmentation = {};   // train
    Optimizer optimizer = Adam{};
    UpdateOptions update = {};
    reference::ScheduleSettings schedule = {};
    plan::ReplayOptions replay;
    CompileOptions compile;
    LossScaling loss_scaling;  // of mixed precision
    bool fuse = true;  // off: the graph's nodes as they are, the oracle of what is fused
};

class StepPlan {
  public:
    /// Throws Error; out_of_memory names the largest batch that fits.
    StepPlan(const Device& device, const Network& network, std::shared_ptr<ResidentData> data,
             const std::shared_ptr<ParameterStore>& store, const StepSettings& settings);

    /// One pass over the samples that `order` names. Counters of `state` that outlast an epoch (step, random counter,
    /// powers of the betas) go in and come out. `on_steps` gets the records of the steps that ended; false stops.
    /// Returns false if the training halted on a non-finite loss. Throws Error if a streamed image cannot be read.
    bool run_epoch(std::span<const std::uint32_t> order, StepState& state, const std::function<bool(std::span<const StepRecord>)>& on_steps);
    /// The rest of the pass that begin_epoch or a run that was stopped left, or that `place_in_epoch` put back.
    bool run_rest(StepState& state, const std::function<bool(std::span<const StepRecord>)>& on_steps);
    void place_in_epoch(std::span<const std::uint32_t> order, const StepState& state);
    /// Of StepKind::predict: runs one batch of the order given to begin_epoch and returns its probabilities.
    void begin_epoch(std::span<const std::uint32_t> order, StepState& state);
    std::vector<float> predict_batch();

    /// Runs the first batch of what fit had, layer by layer, as a step that halted: it updates nothing but running statistics.
    std::vector<LayerTime> layer_times();

    /// With settings().counts: of all steps since they were cleared.
    void clear_counts();
    PredictionCounts counts() const;

    std::string find_non_finite() { return state_->find_non_finite(); }
    plan::Replay& replay() { return state_->running(); }
    /// As asked, but no more steps in a submit than a ring of streamed data has room for.
    void set_pace(plan::ReplayOptions options);
    const StepSettings& settings() const { return settings_; }
    ResidentData& data() { return *data_; }
    std::uint64_t scratch_bytes() const { return state_->scratch_bytes; }
    /// What they would be with the CompileOptions' defaults.
    std::uint64_t default_scratch_bytes() const { return default_scratch_bytes_; }
    /// "intermediate values 4.3 MB (at least 3.1 MB; 8.2 MB by default), parameters and optimizer 1.7 MB, data 47.2 MB; 12.0 GB free"
    std::string memory_report() const;
    const Plan::State& compiled() const { return *state_; }

  private:
    struct StepGraph;
    void read_ahead(std::uint64_t position);
    bool replay_rest(const StepState& state, const std::function<bool(std::span<const StepRecord>)>& on_steps,
                     std::exception_ptr& unreadable);
    std::uint64_t position_after(std::uint64_t steps) const { return std::min<std::uint64_t>(steps * settings_.batch, order_.size()); }

    std::shared_ptr<vulkan::Device> device_;
    StepSettings settings_;
    std::shared_ptr<ResidentData> data_;
    std::shared_ptr<StepGraph> graph_;
    std::unique_ptr<Plan::State> state_;
    std::uint64_t default_scratch_bytes_ = 0;
    std::vector<std::uint32_t> order_;  // of the epoch
    std::uint64_t predicted_ = 0;       // by predict_batch so far
    bool reads_ahead_ = false;
};

}  // namespace hekla::nn
