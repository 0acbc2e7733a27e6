// One tensor into neighbouring parts. Its gradient is one concatenation, where as many slices would each pad.

#include <numeric>

#include <hekla/ops.h>

#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

struct SplitAttributes {
    std::uint32_t axis;
    std::vector<std::uint64_t> sizes;
};

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    const auto& [axis, sizes] = node.as<SplitAttributes>();
    require_dtype(graph, node, 0, DType::f32, "the input");
    const Shape& x = input_desc(graph, node, 0).shape;
    if (axis >= x.rank()) op_error(node, "axis " + std::to_string(axis) + " of a tensor " + to_string(x));
    bool fits = !sizes.empty() && std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}) == x[axis];
    std::vector<TensorDesc> parts;
    for (std::uint64_t size : sizes) {
        fits = fits && size > 0;
        std::vector<std::uint64_t> dims = x.dims();
        dims[axis] = size;
        parts.push_back({Shape(dims), DType::f32});
    }
    if (!fits) op_error(node, "the sizes " + to_string(Shape(sizes)) + " do not make up axis " + std::to_string(axis) + " of " + to_string(x));
    return parts;
}

/// Calls f(part, copy) for the copy that makes each part: [outer, size * inner] out of rows of the whole.
template <class F>
void for_each_part(const Shape& x, const SplitAttributes& a, const F& f) {
    std::uint64_t outer = 1, inner = 1;
    for (std::size_t axis = 0; axis < x.rank(); ++axis) (axis < a.axis ? outer : inner) *= axis == a.axis ? 1 : x[axis];
    std::uint64_t begin = 0;
    for (std::size_t part = 0; part < a.sizes.size(); ++part) {
        const std::uint64_t row = a.sizes[part] * inner;
        f(part, reference::StridedCopy{{u32(outer), u32(row)},
                                       {static_cast<std::int32_t>(u32(x[a.axis] * inner)), 1},
                                       {static_cast<std::int32_t>(u32(row)), 1},
                                       static_cast<std::int32_t>(u32(begin * inner)),
                                       0});
        begin += a.sizes[part];
    }
}

void lower(const Node& node, Lowering& lowering) {
    const Shape& x = lowering.shape(node.inputs[0]);
    for_each_part(x, node.as<SplitAttributes>(), [&](std::size_t part, const reference::StridedCopy& copy) {
        lowering.call(kernels::StridedCopy(copy, x.elements(), lowering.shape(node.outputs[part]).elements()), {node.inputs[0], node.outputs[part]});
    });
}
void evaluate(ReferenceCall& call) {
    for_each_part(call.input_shape(0), call.node.as<SplitAttributes>(), [&](std::size_t part, const reference::StridedCopy& copy) {
        reference::strided_copy(copy, call.inputs[0], call.outputs[part]);
    });
}
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i < dy.size(); ++i)
        parts.push_back(dy[i] ? dy[i] : broadcast_to(graph.constant({}, {0.0f}), output_tensor(graph, node, i).shape()));
    return {concat(parts, node.as<SplitAttributes>().axis)};
}

const OpDef split_op{.name = "split", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};

}  // namespace

std::vector<Tensor> split(Tensor x, std::uint32_t axis, std::vector<std::uint64_t> sizes) {
    return x.graph().add(split_op, {x}, SplitAttributes{axis, std::move(sizes)});
}

}  // namespace hekla
