#include "support/interpreter.h"

#include <hekla/error.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "graph/op_def.h"

namespace hekla::tests {
namespace {

class Interpreter {
  public:
    Interpreter(const Graph& graph, const Feeds& feeds) : graph_(graph), values_(feeds) {}

    std::vector<Values> run(std::span<const Tensor> wanted) {
        mark_needed(wanted);
        for (std::size_t i = 0; i < graph_.nodes().size(); ++i)
            if (needed_nodes_[i]) evaluate(graph_.nodes()[i]);
        std::vector<Values> result;
        for (Tensor tensor : wanted) result.push_back(value(tensor.id()));
        return result;
    }

  private:
    void mark_needed(std::span<const Tensor> wanted) {
        std::vector<bool> needed(graph_.values().size());
        for (Tensor tensor : wanted) needed[tensor.id()] = true;
        needed_nodes_.assign(graph_.nodes().size(), false);
        for (std::size_t i = graph_.nodes().size(); i-- > 0;) {
            const Node& node = graph_.nodes()[i];
            for (std::uint32_t output : node.outputs)
                needed_nodes_[i] = needed_nodes_[i] || needed[output];
            if (!needed_nodes_[i]) continue;
            for (std::uint32_t input : node.inputs) needed[input] = true;
        }
    }

    void evaluate(const Node& node) {
        if (!node.op->reference)
            throw Error(ErrorCode::unsupported,
                        std::string("[interpreter] ") + node.op->name + " has no reference");
        ReferenceCall call{graph_, node, {}, {}};
        for (std::uint32_t input : node.inputs) value(input);  // all exist before any is pointed to
        for (std::uint32_t input : node.inputs) call.inputs.push_back(value(input));
        std::vector<Values> outputs;
        for (std::uint32_t output : node.outputs)
            outputs.emplace_back(graph_.values()[output].desc.elements());
        call.outputs.assign(outputs.begin(), outputs.end());
        node.op->reference(call);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            values_[node.outputs[i]] = std::move(outputs[i]);
    }

    const Values& value(std::uint32_t id) {
        if (const auto known = values_.find(id); known != values_.end()) return known->second;
        const Value& value = graph_.values()[id];
        if (value.kind == ValueKind::constant)
            return values_[id] = Values(value.constant.begin(), value.constant.end());
        if (value.kind == ValueKind::parameter) {
            const std::vector<float>& stored = value.parameter->values();
            return values_[id] = Values(stored.begin(), stored.end());
        }
        throw Error(ErrorCode::invalid_argument,
                    "[interpreter] no values were given for '" + value.name + "'");
    }

    const Graph& graph_;
    Feeds values_;
    std::vector<bool> needed_nodes_;
};

}  // namespace

std::vector<Values> interpret(const Graph& graph, const Feeds& feeds,
                              std::span<const Tensor> wanted) {
    return Interpreter(graph, feeds).run(wanted);
}

Values words_of(const StepState& state) {
    std::uint32_t words[sizeof state / 4];
    std::memcpy(words, &state, sizeof state);
    return Values(std::begin(words), std::end(words));
}

}  // namespace hekla::tests
