#include "plan/recompute.h"

#include <algorithm>
#include <map>
#include <set>

#include "ops/update.h"
#include "plan/memory_plan.h"

namespace hekla::plan {
namespace {

using Temporary = std::function<bool(std::uint32_t)>;
using Roots = std::set<std::uint32_t>;

/// Copies what is cheap and wanted again into the backward pass.
class Rewriter {
  public:
    Rewriter(const Program& program, const Roots& again) : program_(program), again_(again) {
        for (std::size_t i = 0; i < program.nodes.size(); ++i)
            for (std::uint32_t output : program.nodes[i].outputs)
                if (!program.nodes[i].op->is_alias()) maker_[program.root[output]] = i;
    }

    std::vector<Node> nodes() {
        for (const Node& node : program_.nodes) {
            if (node.phase != Phase::forward && !node.op->is_alias()) make_inputs(node, node);
            nodes_.push_back(node);
        }
        return std::move(nodes_);
    }

  private:
    /// Makes what `node` reads, as part of the layer of `reader`.
    void make_inputs(const Node& node, const Node& reader) {
        for (std::uint32_t input : node.inputs) {
            const std::uint32_t root = program_.root[input];
            if (!again_.contains(root) || !made_.insert(root).second) continue;
            Node copy = program_.nodes[maker_.at(root)];
            make_inputs(copy, reader);
            copy.layer = reader.layer;
            copy.phase = reader.phase;
            nodes_.push_back(std::move(copy));
        }
    }

    const Program& program_;
    const Roots& again_;
    std::map<std::uint32_t, std::size_t> maker_;
    Roots made_;
    std::vector<Node> nodes_;
};

/// Values of cheap nodes that give the same whenever they run in a step: none reads what a node may change meanwhile.
Roots candidates(const Program& program, const Graph& graph, const Temporary& temporary) {
    const bool assigns = std::any_of(program.nodes.begin(), program.nodes.end(), [](const Node& node) { return node.op == &assign_op; });
    const auto may_change = [&](std::uint32_t value) { return assigns && graph.values()[program.root[value]].kind == ValueKind::parameter; };
    Roots roots;
    for (const Node& node : program.nodes) {
        if (!node.op->cheap || node.phase != Phase::forward) continue;
        if (std::any_of(node.inputs.begin(), node.inputs.end(), may_change)) continue;
        if (const std::uint32_t root = program.root[node.outputs[0]]; temporary(root)) roots.insert(root);
    }
    return roots;
}

Program with(const Program& program, const Roots& again) {
    Program changed = program;
    changed.nodes = Rewriter(program, again).nodes();
    return changed;
}

}  // namespace

std::uint64_t live_bytes(const Program& program, const Graph& graph, const Temporary& temporary) {
    std::vector<Lifetime> lifetimes;
    std::map<std::uint32_t, std::size_t> newest;  // lifetime of a root, the last one where it is made twice
    for (std::uint32_t i = 0; i < program.nodes.size(); ++i) {
        const Node& node = program.nodes[i];
        if (node.op->is_alias()) continue;
        for (std::uint32_t input : node.inputs)
            if (const auto found = newest.find(program.root[input]); found != newest.end()) lifetimes[found->second].last = i;
        for (std::uint32_t output : node.outputs) {
            const std::uint32_t root = program.root[output];
            if (!temporary(root)) continue;
            newest[root] = lifetimes.size();
            lifetimes.push_back({graph.values()[root].desc.bytes(), i, i});
        }
    }
    return memory_lower_bound(lifetimes);
}

void recompute(Program& program, const Graph& graph, const Temporary& temporary) {
    const auto bytes = [&](const Program& one) { return live_bytes(one, graph, temporary); };
    // From all back to those that count: two values alive at two equal peaks lower the bytes only together.
    Roots again = candidates(program, graph, temporary);
    Program best = with(program, again);
    std::uint64_t best_bytes = bytes(best);
    for (const std::uint32_t root : Roots(again)) {
        Roots fewer = again;
        fewer.erase(root);
        Program without = with(program, fewer);
        const std::uint64_t without_bytes = bytes(without);
        if (without_bytes > best_bytes) continue;
        again = std::move(fewer);
        best = std::move(without);
        best_bytes = without_bytes;
    }
    if (best_bytes < bytes(program)) program = std::move(best);
}

}  // namespace hekla::plan
