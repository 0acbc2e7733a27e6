#include <algorithm>
#include <utility>

#include "ops/fused.h"
#include "ops/op_records.h"
#include "plan/fusion.h"
#include "plan/uses.h"

namespace hekla::plan {

void fuse_bias_gradients(Program& program, const Graph& graph, const std::function<bool(const Conv2dGeometry&)>& pays) {
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        Node& weight = program.nodes[i];
        if (weight.op != &conv2d_weight_gradient_op) continue;
        const Conv2dGeometry g = weight.as<Conv2dGradientAttributes>().geometry;
        const std::size_t bias = find_column_sums(program, graph, weight.inputs[1]);
        if (bias == no_node || !pays(g)) continue;
        weight.op = &conv2d_weight_and_bias_gradient_op;
        weight.attributes = g;
        weight.outputs.push_back(program.nodes[bias].outputs[0]);
        // In the place of the first of both: dy is there, and whoever reads them comes later.
        if (bias < i) std::swap(program.nodes[bias], weight);
        program.nodes.erase(program.nodes.begin() + static_cast<std::ptrdiff_t>(std::max(bias, i)));
        i = std::min(bias, i);
    }
}

}  // namespace hekla::plan
