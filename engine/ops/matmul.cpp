#include <hekla/ops.h>

#include "kernels/matmul.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "reference/reference.h"

namespace hekla {
namespace {

struct Operands {
    MatmulGeometry geometry;
    std::vector<std::uint64_t> leading;  // dimensions of the result before rows and columns
};

Operands operands_of(const Shape& a, const Shape& b, const MatmulOptions& options) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::invalid_argument, "[matmul] " + what + " (a " + to_string(a) + (options.transpose_a ? " transposed" : "") +
                                                     ", b " + to_string(b) + (options.transpose_b ? " transposed" : "") + ")");
    };
    if (a.rank() < 2 || b.rank() < 2) fail("operands must have at least 2 dimensions");
    const auto last = [](const Shape& shape, std::size_t from_end) { return u32(shape[shape.rank() - from_end]); };
    Operands result;
    MatmulGeometry& g = result.geometry;
    g.transpose_a = options.transpose_a;
    g.transpose_b = options.transpose_b;
    g.rows = last(a, options.transpose_a ? 1 : 2);
    g.depth = last(a, options.transpose_a ? 2 : 1);
    g.columns = last(b, options.transpose_b ? 2 : 1);
    if (last(b, options.transpose_b ? 1 : 2) != g.depth)
        fail("depths differ: " + std::to_string(g.depth) + " and " + std::to_string(last(b, options.transpose_b ? 1 : 2)));
    const auto leading = [](const Shape& shape) {
        return std::vector<std::uint64_t>(shape.dims().begin(), shape.dims().end() - 2);
    };
    const auto leading_a = leading(a), leading_b = leading(b);
    if (!leading_a.empty() && !leading_b.empty() && leading_a != leading_b) fail("leading dimensions differ");
    result.leading = leading_a.empty() ? leading_b : leading_a;
    g.broadcast_a = leading_a.empty() && !leading_b.empty();
    g.broadcast_b = leading_b.empty() && !leading_a.empty();
    g.batch = u32(Shape(result.leading).elements());
    return result;
}

Operands operands_of(const Graph& graph, const Node& node) {
    return operands_of(input_desc(graph, node, 0).shape, input_desc(graph, node, 1).shape, node.as<MatmulAttributes>().options);
}

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    Operands operands = operands_of(graph, node);
    const MatmulGeometry& g = operands.geometry;
    if (node.inputs.size() > 2 && input_desc(graph, node, 2).shape != Shape{g.columns})
        op_error(node, "bias is " + to_string(input_desc(graph, node, 2).shape) + ", the product has " + std::to_string(g.columns) + " columns");
    operands.leading.push_back(g.rows);
    operands.leading.push_back(g.columns);
    return {{Shape(operands.leading), DType::f32}};
}

/// Sums over the leading dimensions that a rank-2 operand was repeated for.
Tensor unbroadcast(Tensor gradient, Tensor operand) {
    std::vector<std::uint32_t> axes;
    for (std::uint32_t axis = 0; axis + operand.shape().rank() < gradient.shape().rank(); ++axis) axes.push_back(axis);
    return axes.empty() ? gradient : reduce_sum(gradient, axes);
}

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> gradients) {
    const MatmulOptions options = node.as<MatmulAttributes>().options;
    const Tensor a = input_tensor(graph, node, 0), b = input_tensor(graph, node, 1), dc = gradients[0];
    const bool ta = options.transpose_a, tb = options.transpose_b;
    const Tensor da = ta ? matmul(b, dc, {.transpose_a = tb, .transpose_b = true}) : matmul(dc, b, {.transpose_b = !tb});
    const Tensor db = tb ? matmul(dc, a, {.transpose_a = true, .transpose_b = ta}) : matmul(a, dc, {.transpose_a = !ta});
    std::vector<Tensor> result = {unbroadcast(da, a), unbroadcast(db, b)};
    if (node.inputs.size() > 2) {
        std::vector<std::uint32_t> axes;
        for (std::uint32_t axis = 0; axis + 1 < dc.shape().rank(); ++axis) axes.push_back(axis);
        result.push_back(reduce_sum(dc, axes));
    }
    return result;
}

void lower(const Node& node, Lowering& lowering) {
    kernels::Epilogue epilogue = node.as<MatmulAttributes>().epilogue;
    epilogue.bias = node.inputs.size() > 2;
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    lowering.call(kernels::Matmul(operands_of(lowering.graph(), node).geometry, epilogue), operands);
}

void evaluate(ReferenceCall& call) {
    const reference::In bias = call.inputs.size() > 2 ? call.inputs[2] : reference::In();
    reference::matmul(operands_of(call.graph, call.node).geometry, call.inputs[0], call.inputs[1], bias, call.outputs[0]);
}

}  // namespace

const OpDef matmul_op{.name = "matmul", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};

Tensor matmul(Tensor a, Tensor b, const MatmulOptions& options) {
    return a.graph().add(matmul_op, {a, b}, MatmulAttributes{options, {}})[0];
}

Tensor dense(Tensor x, Tensor weight, Tensor bias) {
    if (x.shape().rank() != 2 || weight.shape().rank() != 2 || x.shape()[1] != weight.shape()[0])
        throw Error(ErrorCode::invalid_argument, "[dense] the input must be rows x features and fit the weight (input " +
                                                     to_string(x.shape()) + ", weight " + to_string(weight.shape()) + ")");
    std::vector<Tensor> inputs = {x, weight};
    if (bias) inputs.push_back(bias);
    return x.graph().add(matmul_op, inputs, MatmulAttributes{})[0];
}

}  // namespace hekla
