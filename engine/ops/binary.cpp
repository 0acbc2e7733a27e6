// Element by element, two operands, with broadcasting.

#include <algorithm>

#include <hekla/ops.h>

#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/pointwise.h"

namespace hekla {
namespace {

struct BinaryAttributes {
    std::uint32_t row;
};

/// Dimension of `shape` at `axis` of the result with `rank` axes; 1 where the shape has none.
std::uint64_t aligned_dim(const Shape& shape, std::size_t rank, std::size_t axis) {
    const std::size_t missing = rank - shape.rank();
    return axis < missing ? 1 : shape[axis - missing];
}

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    const Shape& l = input_desc(graph, node, 0).shape;
    const Shape& r = input_desc(graph, node, 1).shape;
    const std::size_t rank = std::max(l.rank(), r.rank());
    std::vector<std::uint64_t> dims;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const std::uint64_t a = aligned_dim(l, rank, axis), b = aligned_dim(r, rank, axis);
        if (a != b && a != 1 && b != 1) op_error(node, "shapes " + to_string(l) + " and " + to_string(r) + " do not broadcast");
        dims.push_back(std::max(a, b));
    }
    return {{Shape(dims), DType::f32}};
}

/// Merges neighbouring axes that both operands walk alike, so that four are enough for all but contrived shapes.
struct MergedAxis {
    std::uint64_t dim, l_stride, r_stride;
};
std::vector<MergedAxis> merged_axes(const Shape& l, const Shape& r, const Shape& out) {
    std::vector<MergedAxis> merged;  // innermost first
    std::uint64_t l_stride = 1, r_stride = 1;
    for (std::size_t axis = out.rank(); axis-- > 0;) {
        const std::uint64_t a = aligned_dim(l, out.rank(), axis), b = aligned_dim(r, out.rank(), axis);
        const MergedAxis next{out[axis], a == 1 ? 0 : l_stride, b == 1 ? 0 : r_stride};
        l_stride *= a;
        r_stride *= b;
        if (next.dim == 1) continue;
        if (!merged.empty()) {
            MergedAxis& last = merged.back();
            if (next.l_stride == last.l_stride * last.dim && next.r_stride == last.r_stride * last.dim) {
                last.dim *= next.dim;
                continue;
            }
        }
        merged.push_back(next);
    }
    return merged;
}

void lower(const Node& node, Lowering& lowering) {
    const Shape& out = lowering.shape(node.outputs[0]);
    const std::vector<MergedAxis> merged = merged_axes(lowering.shape(node.inputs[0]), lowering.shape(node.inputs[1]), out);
    if (merged.size() > 4)
        throw Error(ErrorCode::unsupported, std::string("[") + node.op->name + "] more than four groups of broadcast axes: use broadcast_to first");
    kernels::Binary::Axes axes;
    for (std::size_t i = 0; i < merged.size(); ++i) {
        axes.dims[3 - i] = u32(merged[i].dim);
        axes.l_strides[3 - i] = u32(merged[i].l_stride);
        axes.r_strides[3 - i] = u32(merged[i].r_stride);
    }
    lowering.call(kernels::Binary(node.as<BinaryAttributes>().row, axes), {node.inputs[0], node.inputs[1], node.outputs[0]});
}

void evaluate(ReferenceCall& call) {
    const auto forward = reference::binary_rows()[call.node.as<BinaryAttributes>().row].forward;
    const Shape &l = call.input_shape(0), &r = call.input_shape(1), &out = call.output_shape(0);
    for (std::uint64_t i = 0; i < call.outputs[0].size(); ++i) {
        std::uint64_t rest = i, at_l = 0, at_r = 0, l_stride = 1, r_stride = 1;
        for (std::size_t axis = out.rank(); axis-- > 0;) {
            const std::uint64_t position = rest % out[axis];
            rest /= out[axis];
            const std::uint64_t a = aligned_dim(l, out.rank(), axis), b = aligned_dim(r, out.rank(), axis);
            at_l += a == 1 ? 0 : position * l_stride;
            at_r += b == 1 ? 0 : position * r_stride;
            l_stride *= a;
            r_stride *= b;
        }
        call.outputs[0][i] = forward(call.inputs[0][at_l], call.inputs[1][at_r]);
    }
}

/// Sums a gradient over the axes along which its operand was repeated.
Tensor unbroadcast(Tensor gradient, const Shape& shape) {
    if (gradient.shape() == shape) return gradient;
    const std::size_t rank = gradient.shape().rank();
    std::vector<std::uint32_t> axes;
    for (std::size_t axis = 0; axis < rank; ++axis)
        if (aligned_dim(shape, rank, axis) == 1 && gradient.shape()[axis] != 1) axes.push_back(static_cast<std::uint32_t>(axis));
    const Tensor sum = axes.empty() ? gradient : reduce_sum(gradient, axes, true);
    return reshape(sum, shape);
}

using Partials = std::pair<Tensor, Tensor>;
template <Partials (*partials)(Tensor l, Tensor r, Tensor dy)>
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const Tensor l = input_tensor(graph, node, 0), r = input_tensor(graph, node, 1);
    const auto [dl, dr] = partials(l, r, dy[0]);
    return {unbroadcast(dl, l.shape()), unbroadcast(dr, r.shape())};
}
Partials add_partials(Tensor, Tensor, Tensor dy) { return {dy, dy}; }
Partials subtract_partials(Tensor, Tensor, Tensor dy) { return {dy, negate(dy)}; }
Partials multiply_partials(Tensor l, Tensor r, Tensor dy) { return {multiply(dy, r), multiply(dy, l)}; }
Partials divide_partials(Tensor l, Tensor r, Tensor dy) {
    const Tensor dl = divide(dy, r);
    return {dl, negate(divide(multiply(dl, l), r))};
}

const OpDef add_op{.name = "add", .infer = infer, .gradient = gradient<add_partials>, .lower = lower, .reference = evaluate, .cheap = true};
const OpDef subtract_op{.name = "subtract", .infer = infer, .gradient = gradient<subtract_partials>, .lower = lower, .reference = evaluate, .cheap = true};
const OpDef multiply_op{.name = "multiply", .infer = infer, .gradient = gradient<multiply_partials>, .lower = lower, .reference = evaluate, .cheap = true};
const OpDef divide_op{.name = "divide", .infer = infer, .gradient = gradient<divide_partials>, .lower = lower, .reference = evaluate, .cheap = true};
const OpDef maximum_op{.name = "maximum", .infer = infer, .gradient = nullptr, .lower = lower, .reference = evaluate, .cheap = true};
const OpDef minimum_op{.name = "minimum", .infer = infer, .gradient = nullptr, .lower = lower, .reference = evaluate, .cheap = true};

Tensor binary(const OpDef& op, Tensor l, Tensor r) {
    return l.graph().add(op, {l, r}, BinaryAttributes{reference::binary_index(op.name)})[0];
}

}  // namespace

Tensor add(Tensor l, Tensor r) { return binary(add_op, l, r); }
Tensor subtract(Tensor l, Tensor r) { return binary(subtract_op, l, r); }
Tensor multiply(Tensor l, Tensor r) { return binary(multiply_op, l, r); }
Tensor divide(Tensor l, Tensor r) { return binary(divide_op, l, r); }
Tensor maximum(Tensor l, Tensor r) { return binary(maximum_op, l, r); }
Tensor minimum(Tensor l, Tensor r) { return binary(minimum_op, l, r); }

}  // namespace hekla
