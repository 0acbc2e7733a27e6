#pragma once
// A graph on the tests' device, fed and read like the interpreter.

#include <hekla/plan.h>

#include <vector>

#include "support/interpreter.h"

namespace hekla::tests {

/// Sets the inputs (and the step state, if the graph has one) of a plan of the graph.
void set_feeds(Plan& plan, Graph& graph, const Feeds& feeds);

/// Compiles the graph for shared_device(), runs it once and reads the outputs.
std::vector<Values> run_on_device(Graph& graph, const Feeds& feeds,
                                  const std::vector<Tensor>& outputs);

}  // namespace hekla::tests
