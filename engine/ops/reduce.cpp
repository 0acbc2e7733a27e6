#include <algorithm>

#include <hekla/ops.h>

#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using reference::Reduction;

// The op reduces one run of neighbouring axes, [outer, depth, inner]; the user-level functions apply it per run.
struct ReduceAttributes {
    Reduction kind;
    std::uint64_t outer, depth, inner;
    Shape result;
};

std::vector<TensorDesc> infer(const Graph&, const Node& node) { return {{node.as<ReduceAttributes>().result, DType::f32}}; }
void lower(const Node& node, Lowering& lowering) {
    const auto& a = node.as<ReduceAttributes>();
    lowering.call(kernels::Reduce(a.kind, a.outer, a.depth, a.inner), {node.inputs[0], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const auto& a = call.node.as<ReduceAttributes>();
    reference::reduce(a.kind, a.outer, a.depth, a.inner, call.inputs[0], call.outputs[0]);
}
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const auto& a = node.as<ReduceAttributes>();
    const Tensor x = input_tensor(graph, node, 0);
    const Tensor part = a.kind == Reduction::mean ? scale(dy[0], 1.0f / static_cast<float>(a.depth)) : dy[0];
    const Tensor repeated = broadcast_to(reshape(part, Shape{a.outer, 1, a.inner}), Shape{a.outer, a.depth, a.inner});
    return {reshape(repeated, x.shape())};
}

const OpDef sum_op{.name = "reduce_sum", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};
const OpDef mean_op{.name = "reduce_mean", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};
const OpDef maximum_op{.name = "reduce_max", .infer = infer, .gradient = nullptr, .lower = lower, .reference = evaluate};
const OpDef minimum_op{.name = "reduce_min", .infer = infer, .gradient = nullptr, .lower = lower, .reference = evaluate};

std::uint64_t product(const Shape& shape, std::size_t begin, std::size_t end) {
    std::uint64_t result = 1;
    for (std::size_t axis = begin; axis < end; ++axis) result *= shape[axis];
    return result;
}

Tensor reduce(const OpDef& op, Reduction kind, Tensor x, std::vector<std::uint32_t> axes, bool keep_dims) {
    const Shape& shape = x.shape();
    const auto rank = static_cast<std::uint32_t>(shape.rank());
    if (axes.empty())
        for (std::uint32_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    if (!axes.empty() && axes.back() >= rank)
        throw Error(ErrorCode::invalid_argument, std::string("[") + op.name + "] axis " + std::to_string(axes.back()) + " of a tensor " + to_string(shape));
    std::vector<std::uint64_t> dims = shape.dims(), kept;
    for (std::uint32_t axis : axes) dims[axis] = 1;
    for (std::uint32_t axis = 0; axis < rank; ++axis)
        if (keep_dims || !std::binary_search(axes.begin(), axes.end(), axis)) kept.push_back(dims[axis]);

    // From the last run of axes to the first, so that what lies before keeps its place.
    Tensor result = x;
    for (std::size_t end = axes.size(); end > 0;) {
        std::size_t begin = end - 1;
        while (begin > 0 && axes[begin - 1] + 1 == axes[begin]) --begin;
        const Shape current = result.shape();
        std::vector<std::uint64_t> reduced = current.dims();
        for (std::size_t i = begin; i < end; ++i) reduced[axes[i]] = 1;
        result = x.graph().add(op, {result},
                               ReduceAttributes{kind, product(current, 0, axes[begin]),
                                                product(current, axes[begin], axes[end - 1] + 1),
                                                product(current, axes[end - 1] + 1, current.rank()), Shape(reduced)})[0];
        end = begin;
    }
    return result.shape() == Shape(kept) ? result : reshape(result, Shape(kept));
}

}  // namespace

Tensor reduce_sum(Tensor x, std::vector<std::uint32_t> axes, bool keep_dims) {
    return reduce(sum_op, Reduction::sum, x, std::move(axes), keep_dims);
}
Tensor reduce_mean(Tensor x, std::vector<std::uint32_t> axes, bool keep_dims) {
    return reduce(mean_op, Reduction::mean, x, std::move(axes), keep_dims);
}
Tensor reduce_max(Tensor x, std::vector<std::uint32_t> axes, bool keep_dims) {
    return reduce(maximum_op, Reduction::maximum, x, std::move(axes), keep_dims);
}
Tensor reduce_min(Tensor x, std::vector<std::uint32_t> axes, bool keep_dims) {
    return reduce(minimum_op, Reduction::minimum, x, std::move(axes), keep_dims);
}

}  // namespace hekla
