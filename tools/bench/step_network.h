#pragma once
// A network with synthetic images and a compiled step, as `train`, `infer`, `replay` and `memory` measure it.

#include <hekla/hekla.h>

#include "bench/rounds.h"
#include "nn/step_plan.h"

namespace hekla::bench {

/// Of steps in the steady state.
struct StepTiming {
    Timing timing;
    double cpu_us_per_step = 0;  // of the submitting thread
    double vulkan_calls_per_step = 0;
};

/// Images of noise with labels 0 .. 9 in turn.
data::Dataset synthetic_images(const Shape& image, std::uint32_t count);

class StepNetwork {
  public:
    /// `images`: of the resident data set; raised to one batch.
    StepNetwork(const Device& device, Recipe recipe, std::uint32_t batch, nn::StepKind kind, std::uint32_t images, const plan::ReplayOptions& replay);

    /// Runs steps by replay, an epoch of the data set at most at a time; returns their seconds. Throws Error if the loss
    /// becomes non-finite.
    double run(std::uint64_t steps);
    /// Rounds of many steps, a multiple of `steps_multiple`, after a warm-up in which the replay learns how long a step
    /// takes.
    StepTiming time_steps(const Budget& budget, std::uint32_t steps_multiple = 1);
    /// Puts the step state to the first batch, for calls that are run by other means.
    void begin_epoch();

    nn::StepPlan& plan() { return *plan_; }
    std::uint32_t batch() const { return batch_; }
    /// Floating-point operations of a step, after the plain algorithm: the gradients of a layer take as much as the layer
    /// each, and nothing needs the gradient of the images.
    double operations_per_step() const;

  private:
    Recipe recipe_;
    std::uint32_t batch_;
    nn::StepKind kind_;
    std::vector<std::uint32_t> order_;
    StepState state_;
    std::unique_ptr<nn::StepPlan> plan_;
};

/// A recipe's image size: that of the data set it is meant for.
Shape image_shape_of(const Recipe& recipe);

}  // namespace hekla::bench
