#pragma once
// What the host does to the step state between epochs.

#include <algorithm>

#include "base/step_state.h"

namespace hekla::nn {

/// At the first batch of an epoch; what outlasts one stays.
inline void begin_epoch(StepState& state, std::uint32_t samples, std::uint32_t batch) {
    state.cursor = state.epoch_step = 0;
    state.halted = state.overflow = 0;
    state.samples = samples;
    state.batch = batch;
    state.live_rows = std::min(batch, samples);
}

/// Together with ParameterStore::State::go_back.
inline void go_back(StepState& state) {
    state.accumulated_steps = state.accumulated_rows = 0;
    state.beta1_correction = state.beta2_correction = 0;
    state.halted = 0;
}

}  // namespace hekla::nn
