#pragma once
// Random numbers that a graph makes on the device: noise of generators, samples of a distribution, places of erasures.

#include <cstdint>

#include <hekla/graph.h>

namespace hekla {

/// Numbers of their own for each run: element i is a hash of (the step state's seed and random counter, stream, i), so that
/// the same seed gives the same bits however steps are cut into submits; under replay every step has new ones. `stream` tells
/// apart several uses in one step. Dropout layers take the streams from 0 on, one per place of a layer in a network: take
/// those from 1000 on. No gradient flows to them, and one through what is computed from them does (the reparameterisation of
/// Kingma and Welling 2014: mean + deviation * random_normal).
/// Mean 0, deviation 1, between +-5.3 -> f32 `shape`
Tensor random_normal(const Shape& shape, Tensor step_state, std::uint32_t stream);
/// In [0, 1) -> f32 `shape`
Tensor random_uniform(const Shape& shape, Tensor step_state, std::uint32_t stream);

}  // namespace hekla
