#pragma once
// Training that fits no mould: a step built of ops, with losses of one's own, replayed like the Trainer's.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hekla/compile_options.h>
#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/network.h>
#include <hekla/objective.h>
#include <hekla/optimizers.h>
#include <hekla/plan.h>
#include <hekla/random.h>

namespace hekla {

/// A step while it is built: the batch, and what is to be minimized.
class StepBuilder {
  public:
    Graph& graph() const;
    std::uint32_t batch() const;
    /// f32 [batch, H, W, C], a byte enters as byte * scale + shift. Of an epoch's last, smaller batch the rows beyond the live
    /// ones are zeros; a loss by mean_rows(rows, state()) leaves them out.
    Tensor images() const;
    /// u32 [batch]; rows beyond the live ones have 0xFFFFFFFF.
    Tensor labels() const;
    /// For mean_rows, dropout, random_normal and the like.
    Tensor state() const;

    /// Here the step updates those of `parameters` that are trainable by the gradients of `loss`, which must be one number; what
    /// is added later sees the new values. Its mean over an epoch is reported by this name. Not finite: the training halts
    /// before this update. Throws Error for a name that is taken, and as <hekla/objective.h> says.
    void minimize(const std::string& name, Tensor loss, std::span<const ParameterPtr> parameters);
    /// The mean of one number over an epoch's steps is reported by this name.
    void report(const std::string& name, Tensor number);

    struct State;
    explicit StepBuilder(State& state) : state_(&state) {}

  private:
    State* state_;
};

struct StepTrainerOptions {
    Optimizer optimizer = Adam{};  // of all that a step minimizes
    UpdateOptions update = {};     // accumulate: only with one loss
    Schedule schedule = {};        // begins anew with every fit
    std::uint64_t seed = 0;        // of shuffling and of all random numbers of the step
    float scale = 1.0f / 255.0f;
    float shift = 0.0f;
    CompileOptions compile = {};
};

struct StepEpoch {
    std::uint32_t epoch = 0;  // from 1, over all fits
    std::uint64_t steps = 0;
    std::vector<std::pair<std::string, double>> values;  // means over the steps, in the order of the builder's calls
    double seconds = 0, images_per_second = 0;

    /// Throws Error for a name that the step does not report.
    double value(const std::string& name) const;
};

struct StepFitOptions {
    std::uint32_t epochs = 1;
    std::uint32_t batch = 32;
    bool shuffle = true;
    std::uint32_t steps_per_submit = 32;
    double submit_ms = 30;             // time target of a submit; 0: none
    std::function<void(const StepEpoch&)> on_epoch = {};  // the parameters' values can be read, and plans of store() run
    std::function<bool()> should_stop = {};               // asked after every submit
};

/// Trains what `build` puts into the step: one network with losses of one's own, or several in turn. A generative adversarial
/// network (Goodfellow et al. 2014) is one step with two updates:
///
///     StepTrainer trainer(device, [&](StepBuilder& step) {
///         const Tensor fake = generator.apply(random_normal({step.batch(), 64}, step.state(), 1000), true);
///         step.minimize("discriminator", loss_of(discriminator.apply(step.images(), true), discriminator.apply(fake, true)),
///                       discriminator.parameters());
///         step.minimize("generator", loss_of(discriminator.apply(fake, true)), generator.parameters());
///     });
///
/// The networks must be built. The step is recorded once and replayed, many steps per submit; the same seed gives the same bits
/// on the same device. Parameters stay on the device between steps. One thread at a time.
class StepTrainer {
  public:
    using Build = std::function<void(StepBuilder&)>;

    StepTrainer(Device& device, Build build, StepTrainerOptions options = {});
    ~StepTrainer();
    StepTrainer(const StepTrainer&) = delete;
    StepTrainer& operator=(const StepTrainer&) = delete;

    /// A repeated call goes on. `build` is called again where batch, data size or schedule differ from the call before. Throws
    /// Error: out_of_memory; non_finite with the first layer that is not (the parameters are then those before the epoch).
    std::vector<StepEpoch> fit(const data::Dataset& data, const StepFitOptions& options = {});
    /// Where the parameters are, for plans that look at the networks between epochs (compile takes it); null before the first fit.
    std::shared_ptr<ParameterStore> store() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hekla
