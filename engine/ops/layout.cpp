// Ops that move elements: reshape (which moves none), transpose, broadcast, concat, slice, pad.

#include <algorithm>
#include <numeric>

#include <hekla/ops.h>

#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

std::vector<std::int32_t> contiguous_strides(const Shape& shape) {
    std::vector<std::int32_t> strides(shape.rank(), 1);
    for (std::size_t axis = shape.rank(); axis-- > 1;)
        strides[axis - 1] = static_cast<std::int32_t>(u32(std::uint64_t(strides[axis]) * shape[axis]));
    return strides;
}
std::vector<std::uint32_t> dims32(const Shape& shape) {
    std::vector<std::uint32_t> dims;
    for (std::uint64_t dim : shape.dims()) dims.push_back(u32(dim));
    return dims;
}

// reshape -----------------------------------------------------------------------------------------
struct ReshapeAttributes {
    Shape shape;
};
std::vector<TensorDesc> infer_reshape(const Graph& graph, const Node& node) {
    const TensorDesc& x = input_desc(graph, node, 0);
    const Shape& shape = node.as<ReshapeAttributes>().shape;
    if (shape.elements() != x.elements())
        op_error(node, to_string(x.shape) + " has " + std::to_string(x.elements()) + " elements, " + to_string(shape) + " has " + std::to_string(shape.elements()));
    return {{shape, x.dtype}};
}
std::vector<Tensor> gradient_reshape(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    return {reshape(dy[0], input_desc(graph, node, 0).shape)};
}
void evaluate_reshape(ReferenceCall& call) { std::copy(call.inputs[0].begin(), call.inputs[0].end(), call.outputs[0].begin()); }
const OpDef reshape_op{.name = "reshape", .infer = infer_reshape, .gradient = gradient_reshape, .lower = nullptr, .reference = evaluate_reshape};

// copies: one strided copy per input into the output, after a fill where it does not cover it ---------------
struct CopyAttributes {
    Shape shape;                                  // of the output
    std::vector<reference::StridedCopy> copies;   // by input
    bool fills = false;
    float fill_value = 0;
    // For the gradient.
    std::vector<std::uint64_t> begin;             // slice, pad: where x lies / begins
    std::vector<std::uint32_t> order;             // transpose
    std::uint32_t axis = 0;                       // concat
};
std::vector<TensorDesc> infer_copy(const Graph& graph, const Node& node) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) require_dtype(graph, node, i, DType::f32, "the input");
    for (const reference::StridedCopy& copy : node.as<CopyAttributes>().copies)
        if (copy.dims.size() > 6) op_error(node, "tensors of more than 6 dimensions are not supported");
    return {{node.as<CopyAttributes>().shape, DType::f32}};
}
void lower_copy(const Node& node, Lowering& lowering) {
    const auto& a = node.as<CopyAttributes>();
    const std::uint64_t elements = a.shape.elements();
    if (a.fills) lowering.call(kernels::Fill(elements, a.fill_value), node.outputs);
    for (std::size_t i = 0; i < a.copies.size(); ++i)
        lowering.call(kernels::StridedCopy(a.copies[i], lowering.shape(node.inputs[i]).elements(), elements),
                      {node.inputs[i], node.outputs[0]});
}
void evaluate_copy(ReferenceCall& call) {
    const auto& a = call.node.as<CopyAttributes>();
    std::fill(call.outputs[0].begin(), call.outputs[0].end(), a.fill_value);
    for (std::size_t i = 0; i < a.copies.size(); ++i) reference::strided_copy(a.copies[i], call.inputs[i], call.outputs[0]);
}

std::vector<Tensor> gradient_transpose(Graph&, const Node& node, std::span<const Tensor> dy) {
    const auto& order = node.as<CopyAttributes>().order;
    std::vector<std::uint32_t> inverse(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) inverse[order[i]] = i;
    return {transpose(dy[0], inverse)};
}
std::vector<Tensor> gradient_broadcast(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const Shape& shape = input_desc(graph, node, 0).shape;
    const std::size_t missing = dy[0].shape().rank() - shape.rank();
    std::vector<std::uint32_t> axes;
    for (std::uint32_t axis = 0; axis < dy[0].shape().rank(); ++axis)
        if (axis < missing || (shape[axis - missing] == 1 && dy[0].shape()[axis] != 1)) axes.push_back(axis);
    return {reshape(axes.empty() ? dy[0] : reduce_sum(dy[0], axes, true), shape)};
}
std::vector<Tensor> gradient_concat(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const std::uint32_t axis = node.as<CopyAttributes>().axis;
    std::vector<Tensor> result;
    std::vector<std::uint64_t> begin(dy[0].shape().rank(), 0);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const Shape shape = input_desc(graph, node, i).shape;
        result.push_back(slice(dy[0], begin, shape.dims()));
        begin[axis] += shape[axis];
    }
    return result;
}
std::vector<Tensor> gradient_slice(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const Shape& shape = input_desc(graph, node, 0).shape;
    const auto& begin = node.as<CopyAttributes>().begin;
    std::vector<std::uint64_t> after;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) after.push_back(shape[axis] - begin[axis] - dy[0].shape()[axis]);
    return {pad(dy[0], begin, after)};
}
std::vector<Tensor> gradient_pad(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    return {slice(dy[0], node.as<CopyAttributes>().begin, input_desc(graph, node, 0).shape.dims())};
}

#define COPY_OP(op) {.name = #op, .infer = infer_copy, .gradient = gradient_##op, .lower = lower_copy, .reference = evaluate_copy, .cheap = true}
const OpDef transpose_op COPY_OP(transpose);
const OpDef broadcast_op COPY_OP(broadcast);
const OpDef concat_op COPY_OP(concat);
const OpDef slice_op COPY_OP(slice);
const OpDef pad_op COPY_OP(pad);
#undef COPY_OP

[[noreturn]] void fail(const char* op, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] " + what);
}

/// Offset of an index under strides.
std::int32_t offset_of(const std::vector<std::uint64_t>& index, const std::vector<std::int32_t>& strides) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) offset += static_cast<std::int64_t>(index[axis]) * strides[axis];
    return static_cast<std::int32_t>(offset);
}

}  // namespace

Tensor reshape(Tensor x, Shape shape) { return x.graph().add(reshape_op, {x}, ReshapeAttributes{std::move(shape)})[0]; }

Tensor flatten(Tensor x) {
    if (x.shape().rank() == 0) fail("flatten", "the input must have at least 1 dimension");
    const std::uint64_t rows = x.shape()[0];
    return reshape(x, Shape{rows, rows ? x.shape().elements() / rows : 0});
}

Tensor broadcast_to(Tensor x, Shape shape) {
    const Shape& from = x.shape();
    bool fits = from.rank() <= shape.rank();
    const std::size_t missing = fits ? shape.rank() - from.rank() : 0;
    std::vector<std::int32_t> in_strides(shape.rank(), 0);
    const std::vector<std::int32_t> strides = contiguous_strides(from);
    for (std::size_t axis = 0; fits && axis < from.rank(); ++axis) {
        fits = from[axis] == shape[axis + missing] || from[axis] == 1;
        in_strides[axis + missing] = from[axis] == 1 ? 0 : strides[axis];
    }
    if (!fits) fail("broadcast_to", to_string(from) + " does not broadcast to " + to_string(shape));
    CopyAttributes a;
    a.copies = {{dims32(shape), in_strides, contiguous_strides(shape), 0, 0}};
    a.shape = std::move(shape);
    return x.graph().add(broadcast_op, {x}, std::move(a))[0];
}

Tensor transpose(Tensor x, std::vector<std::uint32_t> order) {
    const Shape& from = x.shape();
    std::vector<std::uint32_t> sorted = order, all(from.rank());
    std::sort(sorted.begin(), sorted.end());
    std::iota(all.begin(), all.end(), 0u);
    if (sorted != all) fail("transpose", "the order must name each of the " + std::to_string(from.rank()) + " axes of " + to_string(from) + " once");
    const std::vector<std::int32_t> strides = contiguous_strides(from);
    std::vector<std::uint64_t> dims;
    std::vector<std::int32_t> in_strides;
    for (std::uint32_t axis : order) {
        dims.push_back(from[axis]);
        in_strides.push_back(strides[axis]);
    }
    CopyAttributes a;
    a.shape = Shape(dims);
    a.copies = {{dims32(a.shape), in_strides, contiguous_strides(a.shape), 0, 0}};
    a.order = std::move(order);
    return x.graph().add(transpose_op, {x}, a)[0];
}

Tensor concat(std::span<const Tensor> parts, std::uint32_t axis) {
    if (parts.empty()) fail("concat", "needs at least one part");
    std::vector<std::uint64_t> dims = parts[0].shape().dims();
    if (axis >= dims.size()) fail("concat", "axis " + std::to_string(axis) + " of a tensor " + to_string(parts[0].shape()));
    dims[axis] = 0;
    for (Tensor part : parts) {
        std::vector<std::uint64_t> other = part.shape().dims();
        if (other.size() != dims.size()) fail("concat", "parts " + to_string(parts[0].shape()) + " and " + to_string(part.shape()) + " differ in rank");
        dims[axis] += other[axis];
        other[axis] = dims[axis];
        if (other != dims) fail("concat", "parts " + to_string(parts[0].shape()) + " and " + to_string(part.shape()) + " differ beyond axis " + std::to_string(axis));
    }
    CopyAttributes a;
    a.shape = Shape(dims);
    a.axis = axis;
    const std::vector<std::int32_t> strides = contiguous_strides(a.shape);
    std::vector<std::uint64_t> begin(dims.size(), 0);
    for (Tensor part : parts) {
        a.copies.push_back({dims32(part.shape()), contiguous_strides(part.shape()), strides, 0, offset_of(begin, strides)});
        begin[axis] += part.shape()[axis];
    }
    return parts[0].graph().add(concat_op, {parts.begin(), parts.end()}, a)[0];
}

Tensor slice(Tensor x, std::vector<std::uint64_t> begin, std::vector<std::uint64_t> size) {
    const Shape& from = x.shape();
    bool fits = begin.size() == from.rank() && size.size() == from.rank();
    for (std::size_t axis = 0; fits && axis < from.rank(); ++axis) fits = size[axis] > 0 && begin[axis] + size[axis] <= from[axis];
    if (!fits) fail("slice", "begin " + to_string(Shape(begin)) + " and size " + to_string(Shape(size)) + " do not fit " + to_string(from));
    CopyAttributes a;
    a.shape = Shape(size);
    const std::vector<std::int32_t> strides = contiguous_strides(from);
    a.copies = {{dims32(a.shape), strides, contiguous_strides(a.shape), offset_of(begin, strides), 0}};
    a.begin = std::move(begin);
    return x.graph().add(slice_op, {x}, a)[0];
}

Tensor pad(Tensor x, std::vector<std::uint64_t> before, std::vector<std::uint64_t> after, float value) {
    const Shape& from = x.shape();
    if (before.size() != from.rank() || after.size() != from.rank())
        fail("pad", "needs one size before and one after for each axis of " + to_string(from));
    std::vector<std::uint64_t> dims;
    for (std::size_t axis = 0; axis < from.rank(); ++axis) dims.push_back(before[axis] + from[axis] + after[axis]);
    CopyAttributes a;
    a.shape = Shape(dims);
    a.fills = true;
    a.fill_value = value;
    const std::vector<std::int32_t> strides = contiguous_strides(a.shape);
    a.copies = {{dims32(from), contiguous_strides(from), strides, 0, offset_of(before, strides)}};
    a.begin = std::move(before);
    return x.graph().add(pad_op, {x}, a)[0];
}

}  // namespace hekla
