#pragma once
// The step state: everything that changes from one training step to the next, in one small GPU
// buffer, so that recorded command buffers can be replayed unchanged. Mirrored by
// shaders/step_state.glsl (a test compares the two).

#include <cstdint>

namespace hekla {

struct StepState {
    std::uint32_t step = 0;           // completed steps since training began
    std::uint32_t cursor = 0;         // position in the epoch's order of the batch's first sample
    std::uint32_t live_rows = 0;      // real samples in this batch; rows past it are padding
    std::uint32_t halted = 0;         // 1 after a non-finite loss: every later update is a no-op
    std::uint32_t seed = 0;           // of the counter-based random numbers
    std::uint32_t random_counter = 0; // advances once per step
    std::uint32_t samples = 0;        // length of the epoch's order
    std::uint32_t batch = 0;          // rows of a full batch
    float learning_rate = 0;
    float beta1_correction = 0;       // Adam: 1 - beta1^t and 1 - beta2^t of the last completed update
    float beta2_correction = 0;
    std::uint32_t epoch_step = 0;     // steps since the epoch began
    // Of the optimizer (shaders/begin_update.comp) and of the schedule (shaders/advance.comp).
    float base_learning_rate = 0;        // what a schedule multiplies
    float gradient_scale = 1;            // of the update at hand: clipping by norm, mean over accumulated batches, 1 / loss_scale
    std::uint32_t updates = 0;           // completed ones; fewer than steps where gradients are accumulated
    std::uint32_t schedule_start = 0;    // updates when the schedule began
    std::uint32_t accumulated_steps = 0; // batches whose gradients wait for an update; not 0: this step makes none
    std::uint32_t accumulated_rows = 0;  // live rows of these batches
    // Mixed precision alone (otherwise the scale stays 1): what the loss is multiplied by before the way back.
    float loss_scale = 1;
    std::uint32_t good_steps = 0;        // since the scale changed
    std::uint32_t skipped_steps = 0;     // updates that were left out, since training began
    std::uint32_t overflow = 0;          // 1 while a step has a gradient that is not finite: its update is left out
    std::uint32_t reserved[2] = {};
};
static_assert(sizeof(StepState) == 96);

/// One entry of the ring of results that the device writes once per step.
struct StepRecord {
    std::uint32_t step = 0;     // index of the step, from 0
    float loss = 0;             // mean over the live rows
    std::uint32_t correct = 0;  // rows whose largest logit is at the label
    std::uint32_t live_rows = 0;
};
static_assert(sizeof(StepRecord) == 16);

/// Entries of the ring: more than any number of steps in flight.
inline constexpr std::uint32_t ring_entries = 1024;

/// Label of a row that is not a sample (padding of a partial batch): it has no loss and no gradient.
inline constexpr std::uint32_t no_label = 0xFFFFFFFFu;

}  // namespace hekla
