#include "plan/program.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "ops/op_records.h"

namespace hekla::plan {

Program extract(const Graph& graph, std::vector<std::uint32_t> outputs) {
    std::vector<bool> needed(graph.values().size(), false);
    for (std::uint32_t output : outputs) needed[output] = true;
    Program program;
    for (std::size_t i = graph.nodes().size(); i-- > 0;) {
        const Node& node = graph.nodes()[i];
        const bool wanted = node.op->has_effect || std::any_of(node.outputs.begin(), node.outputs.end(), [&](std::uint32_t output) { return needed[output]; });
        if (!wanted) continue;
        for (std::uint32_t input : node.inputs) needed[input] = true;
        program.nodes.push_back(node);
    }
    std::reverse(program.nodes.begin(), program.nodes.end());
    program.root.resize(graph.values().size());
    std::iota(program.root.begin(), program.root.end(), 0u);
    for (const Node& node : program.nodes)
        if (node.op->is_alias()) program.root[node.outputs[0]] = program.root[node.inputs[0]];
    program.outputs = std::move(outputs);
    return program;
}

namespace {

kernels::Epilogue* epilogue_of(Node& node) {
    if (node.op == &conv2d_op) return &std::any_cast<Conv2dAttributes&>(node.attributes).epilogue;
    if (node.op == &matmul_op) return &std::any_cast<MatmulAttributes&>(node.attributes).epilogue;
    return nullptr;
}

}  // namespace

void fuse_activations(Program& program) {
    std::map<std::uint32_t, int> readers;
    std::map<std::uint32_t, std::size_t> maker;
    for (std::uint32_t output : program.outputs) ++readers[output];
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        for (std::uint32_t input : program.nodes[i].inputs) ++readers[input];
        for (std::uint32_t output : program.nodes[i].outputs) maker[output] = i;
    }
    std::vector<bool> gone(program.nodes.size(), false);
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        Node& activation = program.nodes[i];
        if (activation.op != &unary_op || readers[activation.inputs[0]] != 1) continue;
        const auto made = maker.find(activation.inputs[0]);
        if (made == maker.end()) continue;
        Node& product = program.nodes[made->second];
        kernels::Epilogue* epilogue = epilogue_of(product);
        if (!epilogue || epilogue->activation) continue;
        epilogue->activation = activation.as<UnaryAttributes>().row + 1;
        epilogue->parameter = activation.as<UnaryAttributes>().parameter;
        product.outputs = activation.outputs;
        gone[i] = true;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < program.nodes.size(); ++i)
        if (!gone[i]) {
            if (kept != i) program.nodes[kept] = std::move(program.nodes[i]);
            ++kept;
        }
    program.nodes.resize(kept);
}

}  // namespace hekla::plan
