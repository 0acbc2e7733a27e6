#pragma once
// From a graph to what runs: the nodes that are needed, in order, with what can be fused fused. No memory, no device.

#include <cstdint>
#include <vector>

#include <hekla/graph.h>

#include "graph/op_def.h"

namespace hekla::plan {

struct Program {
    std::vector<Node> nodes;               // copies: passes change them, never the graph
    std::vector<std::uint32_t> root;       // by value: the value whose memory it is (reshape)
    std::vector<std::uint32_t> outputs;    // values that must survive the run
};

/// The nodes that `outputs` and the graph's effects need.
Program extract(const Graph& graph, std::vector<std::uint32_t> outputs);

/// Moves an activation into the epilogue of the convolution or product before it, where nothing else reads that one's result.
void fuse_activations(Program& program);

/// Moves an activation's gradient into the max-pool gradient before it, where the pool's input is the activation's output.
void fuse_activation_gradients(Program& program);

}  // namespace hekla::plan
