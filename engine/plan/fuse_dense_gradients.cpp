#include <algorithm>
#include <optional>
#include <string_view>

#include "ops/fused.h"
#include "ops/op_records.h"
#include "plan/fusion.h"
#include "plan/uses.h"
#include "reference/pointwise.h"

namespace hekla::plan {
namespace {

constexpr std::size_t none = no_node;

/// The nodes of one layer's gradients, by their place in the program.
struct Gradients {
    std::size_t input = none, weight = none, bias = none;
    std::vector<std::size_t> before;  // those of the dropout and the ReLU before the layer
};

class DenseFusion {
  public:
    DenseFusion(Program& program, const Graph& graph, const std::function<bool(const kernels::DenseGeometry&)>& pays)
        : program_(program), graph_(graph), pays_(pays), uses_(program), gone_(program.nodes.size(), false) {}

    void run() {
        for (std::size_t i = 0; i < program_.nodes.size(); ++i)
            if (is_product(i, false, false)) fuse(program_.nodes[i].inputs[0], program_.nodes[i].inputs[1]);
        std::vector<Node> kept;
        for (std::size_t i = 0; i < program_.nodes.size(); ++i)
            if (!gone_[i]) kept.push_back(std::move(program_.nodes[i]));
        program_.nodes = std::move(kept);
    }

  private:
    const Shape& shape(std::uint32_t value) const { return graph_.values()[value].desc.shape; }
    Node& node(std::size_t i) { return program_.nodes[i]; }

    /// Whether node i is a product of two matrices, transposed like this; a backward one if it is.
    bool is_product(std::size_t i, bool transpose_a, bool transpose_b) {
        if (gone_[i] || node(i).op != &matmul_op || shape(node(i).inputs[0]).rank() != 2 || shape(node(i).inputs[1]).rank() != 2) return false;
        const auto& a = node(i).as<MatmulAttributes>();
        const bool backward = transpose_a || transpose_b;
        return a.options.transpose_a == transpose_a && a.options.transpose_b == transpose_b && !(backward && (a.epilogue.activation || node(i).inputs.size() > 2));
    }
    std::size_t find_product(bool transpose_a, bool transpose_b, std::uint32_t l, std::optional<std::uint32_t> r) {
        for (std::size_t i = 0; i < program_.nodes.size(); ++i)
            if (is_product(i, transpose_a, transpose_b) && node(i).inputs[0] == l && (!r || node(i).inputs[1] == *r)) return i;
        return none;
    }
    void fuse(std::uint32_t x, std::uint32_t weight) {
        Gradients found;
        found.weight = find_product(true, false, x, {});
        if (found.weight == none) return;
        const std::uint32_t dy = node(found.weight).inputs[1];
        found.input = find_product(false, true, dy, weight);
        if (found.input == none) return;
        found.bias = find_column_sums(program_, graph_, dy);
        if (found.bias != none && gone_[found.bias]) found.bias = none;
        kernels::DenseGeometry g{.rows = static_cast<std::uint32_t>(shape(x)[0]), .features = static_cast<std::uint32_t>(shape(x)[1]),
                                 .columns = static_cast<std::uint32_t>(shape(weight)[1]), .bias = found.bias != none};
        if (!pays_(g)) return;
        const std::uint32_t dx = through_activation(x, node(found.input).outputs[0], g, found);
        replace(found, {x, weight, dy}, dx, g);
    }

    /// The node that alone reads `value`, if its op is this one.
    std::size_t sole_reader(std::uint32_t value, const OpDef& op) {
        if (uses_.readers[value] != 1) return none;
        for (std::size_t i = 0; i < program_.nodes.size(); ++i)
            if (!gone_[i] && node(i).op == &op && node(i).inputs[&op == &unary_gradient_op ? 1 : 0] == value) return i;
        return none;
    }

    /// Goes back from dx through the dropout and the ReLU before the layer, if that is what is there: x > 0 tells where both
    /// let a number pass. The gradient that is reached.
    std::uint32_t through_activation(std::uint32_t x, std::uint32_t dx, kernels::DenseGeometry& g, Gradients& found) {
        std::uint32_t at = dx, relu_output = x;
        float factor = 1;
        std::vector<std::size_t> passed;
        const Node* before = uses_.source(program_, x);
        if (const std::size_t dropped = sole_reader(dx, dropout_op); dropped != none && before && before->op == &dropout_op) {
            const auto &l = node(dropped).as<DropoutAttributes>(), &r = before->as<DropoutAttributes>();
            if (l.rate != r.rate || l.stream != r.stream) return dx;
            factor = 1.0f / (1.0f - l.rate);
            relu_output = before->inputs[0];
            at = node(dropped).outputs[0];
            passed.push_back(dropped);
        }
        const std::size_t relu = sole_reader(at, unary_gradient_op);
        if (relu == none || node(relu).inputs[0] != relu_output || node(relu).as<UnaryAttributes>().row != reference::unary_index("relu")) return dx;
        passed.push_back(relu);
        g.through_relu = true;
        g.factor = factor;
        found.before = passed;
        return node(relu).outputs[0];
    }

    /// One node in the place of the first of those found: dy is there, and whoever reads their results comes later.
    void replace(const Gradients& found, std::vector<std::uint32_t> inputs, std::uint32_t dx, const kernels::DenseGeometry& g) {
        Node fused{.op = &dense_gradients_op, .inputs = std::move(inputs), .outputs = {dx, node(found.weight).outputs[0]}, .attributes = g,
                   .layer = node(found.input).layer, .phase = node(found.input).phase};
        if (g.bias) fused.outputs.push_back(node(found.bias).outputs[0]);
        std::size_t first = std::min({found.input, found.weight, found.bias});
        for (std::size_t i : {found.input, found.weight, found.bias})
            if (i != none) gone_[i] = true;
        for (std::size_t i : found.before) gone_[i] = true;
        node(first) = std::move(fused);
        gone_[first] = false;
    }

    Program& program_;
    const Graph& graph_;
    const std::function<bool(const kernels::DenseGeometry&)>& pays_;
    Uses uses_;
    std::vector<bool> gone_;
};

}  // namespace

void fuse_dense_gradients(Program& program, const Graph& graph, const std::function<bool(const kernels::DenseGeometry&)>& pays) {
    DenseFusion(program, graph, pays).run();
}

}  // namespace hekla::plan
