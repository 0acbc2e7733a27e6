// Reverse-mode differentiation: walks the nodes backwards and asks each op for the gradients of its inputs.

#include <hekla/error.h>
#include <hekla/ops.h>

#include <string>

#include "graph/op_def.h"

namespace hekla {
namespace {

/// Values on which nothing in `wrt` has an influence need no gradient.
std::vector<bool> depends_on(const Graph& graph, std::span<const Tensor> wrt) {
    std::vector<bool> depends(graph.values().size(), false);
    for (Tensor tensor : wrt) depends[tensor.id()] = true;
    for (const Node& node : graph.nodes()) {
        bool any = false;
        for (std::uint32_t input : node.inputs) any = any || depends[input];
        for (std::uint32_t output : node.outputs) depends[output] = depends[output] || any;
    }
    return depends;
}

class Backward {
  public:
    Backward(Graph& graph, std::span<const Tensor> wrt)
        : graph_(graph), depends_(depends_on(graph, wrt)), gradients_(graph.values().size()) {}

    void seed(Tensor value, Tensor gradient) { gradients_[value.id()] = gradient; }

    void run() {
        const std::size_t node_count = graph_.nodes().size();
        for (std::size_t i = node_count; i-- > 0;) differentiate(graph_.nodes()[i]);
    }

    Tensor gradient_of(Tensor tensor) const { return gradients_[tensor.id()]; }

  private:
    void differentiate(const Node& node) {
        std::vector<Tensor> output_gradients;
        bool reached = false, wanted = false;
        for (std::uint32_t output : node.outputs) {
            output_gradients.push_back(gradients_[output]);
            reached = reached || gradients_[output];
            wanted = wanted || depends_[output];
        }
        if (!reached || !wanted) return;
        if (!node.op->gradient)
            throw Error(ErrorCode::unsupported, std::string("[gradients] ") + node.op->name + " has no gradient");
        graph_.set_layer(node.layer);
        const std::vector<Tensor> input_gradients = node.op->gradient(graph_, node, output_gradients);
        for (std::size_t i = 0; i < input_gradients.size(); ++i)
            if (input_gradients[i] && depends_[node.inputs[i]]) accumulate(node.inputs[i], input_gradients[i]);
    }

    void accumulate(std::uint32_t value, Tensor gradient) {
        gradients_[value] = gradients_[value] ? add(gradients_[value], gradient) : gradient;
    }

    Graph& graph_;
    std::vector<bool> depends_;
    std::vector<Tensor> gradients_;
};

}  // namespace

std::vector<Tensor> gradients(Tensor value, Tensor value_gradient, std::span<const Tensor> wrt) {
    if (value.shape() != value_gradient.shape())
        throw Error(ErrorCode::invalid_argument, "[gradients] the value is " + to_string(value.shape()) +
                                                     ", the gradient given for it " + to_string(value_gradient.shape()));
    Graph& graph = value.graph();
    const std::uint32_t layer = graph.layer();
    const Phase phase = graph.phase();
    graph.set_phase(Phase::backward);
    Backward backward(graph, wrt);
    backward.seed(value, value_gradient);
    backward.run();
    std::vector<Tensor> result;
    for (Tensor tensor : wrt) {
        Tensor gradient = backward.gradient_of(tensor);
        result.push_back(gradient ? gradient : broadcast_to(graph.constant({}, {0.0f}), tensor.shape()));
    }
    graph.set_layer(layer);
    graph.set_phase(phase);
    return result;
}

std::vector<Tensor> gradients(Tensor loss, std::span<const Tensor> wrt) {
    if (loss.desc().elements() != 1)
        throw Error(ErrorCode::invalid_argument,
                    "[gradients] the loss must be a single number, this one is " + to_string(loss.shape()));
    const Tensor one = loss.graph().constant(loss.shape(), {1.0f});
    return gradients(loss, one, wrt);
}

}  // namespace hekla
