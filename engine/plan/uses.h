#pragma once
// Who makes and how many read each value of a program: what the fuse passes ask.

#include <map>
#include <string_view>
#include <vector>

#include "plan/program.h"

namespace hekla::plan {

struct Uses {
    std::map<std::uint32_t, int> readers;
    std::map<std::uint32_t, std::size_t> maker;

    explicit Uses(const Program& program) {
        for (std::uint32_t output : program.outputs) ++readers[output];
        for (std::size_t i = 0; i < program.nodes.size(); ++i) {
            for (std::uint32_t input : program.nodes[i].inputs) ++readers[input];
            for (std::uint32_t output : program.nodes[i].outputs) maker[output] = i;
        }
    }
    /// The node that makes `value`, or null: an input, a parameter, a constant.
    Node* source(Program& program, std::uint32_t value) {
        const auto made = maker.find(value);
        return made != maker.end() ? &program.nodes[made->second] : nullptr;
    }
    /// The same if `value` has no other reader than the one who asks; otherwise null.
    Node* sole_source(Program& program, std::uint32_t value) { return readers[value] == 1 ? source(program, value) : nullptr; }
};

inline constexpr std::size_t no_node = ~std::size_t{0};

/// The node that sums up `value` over all axes but the last, or no_node.
inline std::size_t find_column_sums(const Program& program, const Graph& graph, std::uint32_t value) {
    const Shape& shape = graph.values()[value].desc.shape;
    std::vector<std::uint64_t> dims(shape.rank(), 1);
    dims.back() = shape.back();
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        const Node& node = program.nodes[i];
        if (std::string_view(node.op->name) == "reduce_sum" && node.inputs[0] == value && graph.values()[node.outputs[0]].desc.shape == Shape(dims)) return i;
    }
    return no_node;
}

}  // namespace hekla::plan
