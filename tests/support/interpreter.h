#pragma once
// Runs a graph on the CPU in double precision, node by node, with the ops' own references.

#include <hekla/graph.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/step_state.h"

namespace hekla::tests {

using Values = std::vector<double>;
/// Values by Tensor id: inputs, and parameters whose values are not to be their Parameter's. Integers
/// are stored as their value, the step state as its words.
using Feeds = std::map<std::uint32_t, Values>;

/// The values of `wanted`, in their order. Nodes that they do not need, updates among them, are left
/// out. Throws Error for an input without a feed and for an op without a reference.
std::vector<Values> interpret(const Graph& graph, const Feeds& feeds,
                              std::span<const Tensor> wanted);

/// A step state as a feed.
Values words_of(const StepState& state);

}  // namespace hekla::tests
