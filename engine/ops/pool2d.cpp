#include <hekla/ops.h>

#include "kernels/pool2d.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "ops/windows.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using kernels::PoolKind;

std::vector<TensorDesc> infer(const Graph&, const Node& node) {
    const Pool2dGeometry& g = node.as<PoolAttributes>().geometry;
    return {{Shape{g.batch, g.out_h, g.out_w, g.channels}, DType::f32}};
}
std::vector<TensorDesc> infer_gradient(const Graph&, const Node& node) {
    const Pool2dGeometry& g = node.as<PoolAttributes>().geometry;
    return {{Shape{g.batch, g.height, g.width, g.channels}, DType::f32}};
}

void lower(const Node& node, Lowering& lowering) {
    const auto& a = node.as<PoolAttributes>();
    lowering.call(kernels::Pool2d(a.kind, a.geometry), {node.inputs[0], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const auto& [kind, geometry, relu] = call.node.as<PoolAttributes>();
    if (kind == PoolKind::maximum) reference::max_pool2d(geometry, call.inputs[0], call.outputs[0]);
    else reference::average_pool2d(geometry, call.inputs[0], call.outputs[0]);
}

void lower_gradient(const Node& node, Lowering& lowering) {
    const auto& a = node.as<PoolAttributes>();
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    lowering.call(kernels::Pool2dGradient(a.kind, a.geometry, a.relu), operands);
}
void evaluate_gradient(ReferenceCall& call) {
    const auto& [kind, geometry, relu] = call.node.as<PoolAttributes>();
    if (kind == PoolKind::maximum) reference::max_pool2d_gradient(geometry, call.inputs[0], call.inputs[1], call.outputs[0]);
    else reference::average_pool2d_gradient(geometry, call.inputs[0], call.outputs[0]);
}
}  // namespace

/// inputs x, dy (maximum) or dy (average)
const OpDef pool2d_gradient_op{.name = "pool2d_gradient", .infer = infer_gradient, .gradient = nullptr,
                               .lower = lower_gradient, .reference = evaluate_gradient};

namespace {

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    std::vector<Tensor> inputs;
    if (node.as<PoolAttributes>().kind == PoolKind::maximum) inputs.push_back(input_tensor(graph, node, 0));
    inputs.push_back(dy[0]);
    return {graph.add(pool2d_gradient_op, inputs, node.attributes)[0]};
}

const OpDef pool2d_op{.name = "pool2d", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate, .cheap = true};

Tensor pool2d(const char* name, PoolKind kind, Tensor x, const Pool2dOptions& options) {
    const Shape& shape = x.shape();
    if (shape.rank() != 4)
        throw Error(ErrorCode::invalid_argument, std::string("[") + name + "] the input must have 4 dimensions, NHWC, and is " + to_string(shape));
    const Size2 stride = options.stride.value_or(options.size);
    Pool2dGeometry g;
    g.batch = u32(shape[0]);
    g.height = u32(shape[1]);
    g.width = u32(shape[2]);
    g.channels = u32(shape[3]);
    g.kernel_h = options.size.height;
    g.kernel_w = options.size.width;
    g.stride_h = stride.height;
    g.stride_w = stride.width;
    g.count_include_pad = options.count_include_pad;
    const Padding& pad = options.padding;
    const WindowAxis h = window_axis(name, "height", g.height, g.kernel_h, g.stride_h, 1, pad.kind, pad.top, pad.bottom, options.ceil_mode);
    const WindowAxis w = window_axis(name, "width", g.width, g.kernel_w, g.stride_w, 1, pad.kind, pad.left, pad.right, options.ceil_mode);
    // A window that lies in the padding alone has no maximum and no average.
    if (h.pad_before >= g.kernel_h || w.pad_before >= g.kernel_w || h.pad_after >= g.kernel_h || w.pad_after >= g.kernel_w)
        throw Error(ErrorCode::invalid_argument, std::string("[") + name + "] the padding must be smaller than the window");
    g.out_h = h.out;
    g.out_w = w.out;
    g.pad_top = h.pad_before;
    g.pad_left = w.pad_before;
    g.pad_bottom = h.pad_after;
    g.pad_right = w.pad_after;
    return x.graph().add(pool2d_op, {x}, PoolAttributes{kind, g})[0];
}

}  // namespace

Tensor max_pool2d(Tensor x, const Pool2dOptions& options) { return pool2d("max_pool2d", PoolKind::maximum, x, options); }
Tensor average_pool2d(Tensor x, const Pool2dOptions& options) { return pool2d("average_pool2d", PoolKind::average, x, options); }

namespace {
Pool2dOptions whole_image(Tensor x) {
    if (x.shape().rank() != 4)
        throw Error(ErrorCode::invalid_argument, "[global_pool2d] the input must have 4 dimensions, NHWC, and is " + to_string(x.shape()));
    return {.size = Size2(u32(x.shape()[1]), u32(x.shape()[2]))};
}
}  // namespace

Tensor global_max_pool2d(Tensor x) {
    const Tensor largest = max_pool2d(x, whole_image(x));
    return reshape(largest, Shape{x.shape()[0], x.shape()[3]});
}
Tensor global_average_pool2d(Tensor x) {
    whole_image(x);
    return reduce_mean(x, {1, 2});
}

}  // namespace hekla
