#pragma once
// A loss that trains a part of a graph's parameters: of two networks, one; of one, all but what is to stay.

#include <span>

#include <hekla/graph.h>
#include <hekla/optimizers.h>

namespace hekla {

/// Like minimize (<hekla/ops.h>), of those of `parameters` alone that are trainable: no gradient is computed for the others, and
/// gradients flow through what they compute as through anything else. A graph may have several, of disjoint parameters or not;
/// each update happens in its place among the nodes, so that what is added after it sees the new values. All of them share the
/// step state: one learning rate, one count of updates for the powers of Adam's betas. Throws Error (invalid_argument) for
/// settings that make no sense, and if none of the parameters is trainable and in the graph.
void minimize(Tensor loss, std::span<const ParameterPtr> parameters, const Optimizer& optimizer, const UpdateOptions& options = {});

}  // namespace hekla
