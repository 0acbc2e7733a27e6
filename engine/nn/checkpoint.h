#pragma once
// Between a Checkpoint and what it is of: options, data, the parameters' arenas, the step state.

#include <span>

#include <hekla/nn.h>

#include "base/step_state.h"
#include "plan/store_state.h"

namespace hekla::nn {

/// What the bits of a training depend on, by name.
std::map<std::string, std::string> checkpoint_settings(const TrainerOptions& trainer, const FitOptions& fit, const data::Dataset& data);
/// Throws Error (invalid_argument) that names a setting which is not the checkpoint's, with both values.
void check_settings(const Checkpoint& checkpoint, const std::map<std::string, std::string>& now);
/// Throws Error (invalid_argument) that names a problem which the two lists have computed by different kernels.
void check_choices(const Checkpoint& checkpoint, const KernelChoices& now);

/// Values on the device by parameter: those that are, the optimizer's state and the copies that there are; between two
/// epochs the last good values are those that are. Waits for the device.
std::vector<Checkpoint::Values> read_tensors(ParameterStore::State& store, bool inside_epoch);
/// Throws Error (invalid_argument) naming a tensor that does not fit, before anything is changed.
void write_tensors(ParameterStore::State& store, const std::vector<Checkpoint::Values>& tensors);

std::vector<std::uint32_t> words_of(const StepState& state);
/// Throws Error for another number of words: another version of Hekla wrote them.
StepState step_state_of(std::span<const std::uint32_t> words);

std::uint64_t hash_of(std::span<const std::uint32_t> order);

}  // namespace hekla::nn
