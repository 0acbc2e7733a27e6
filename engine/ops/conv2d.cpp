#include <hekla/ops.h>

#include "kernels/depthwise.h"
#include "ops/checks.h"
#include "ops/conv2d_geometry.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "ops/windows.h"
#include "reference/reference.h"

namespace hekla {

Conv2dGeometry conv2d_geometry(const Shape& x, const Shape& weight, const Conv2dOptions& options) {
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::invalid_argument,
                    "[conv2d] " + what + " (input " + to_string(x) + ", weight " + to_string(weight) + ")");
    };
    if (x.rank() != 4) fail("the input must have 4 dimensions, NHWC");
    if (weight.rank() != 4) fail("the weight must have 4 dimensions, height x width x channels per group x filters");
    if (options.groups == 0 || x[3] % options.groups != 0 || weight[3] % options.groups != 0)
        fail(std::to_string(options.groups) + " groups do not divide the channels and the filters");
    if (x[3] / options.groups != weight[2])
        fail("input has " + std::to_string(x[3]) + " channels, weight expects " + std::to_string(weight[2] * options.groups));
    Conv2dGeometry g;
    g.batch = u32(x[0]);
    g.height = u32(x[1]);
    g.width = u32(x[2]);
    g.channels = u32(x[3]);
    g.kernel_h = u32(weight[0]);
    g.kernel_w = u32(weight[1]);
    g.filters = u32(weight[3]);
    g.stride_h = options.stride.height;
    g.stride_w = options.stride.width;
    g.dilation_h = options.dilation.height;
    g.dilation_w = options.dilation.width;
    g.groups = options.groups;
    const Padding& pad = options.padding;
    const WindowAxis h = window_axis("conv2d", "height", g.height, g.kernel_h, g.stride_h, g.dilation_h, pad.kind, pad.top, pad.bottom, false);
    const WindowAxis w = window_axis("conv2d", "width", g.width, g.kernel_w, g.stride_w, g.dilation_w, pad.kind, pad.left, pad.right, false);
    g.out_h = h.out;
    g.out_w = w.out;
    g.pad_top = h.pad_before;
    g.pad_left = w.pad_before;
    return g;
}

namespace {

using GradientAttributes = Conv2dGradientAttributes;

Conv2dGeometry geometry_of(const Graph& graph, const Node& node) {
    return conv2d_geometry(input_desc(graph, node, 0).shape, input_desc(graph, node, 1).shape, node.as<Conv2dAttributes>().options);
}

std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    const Conv2dGeometry g = geometry_of(graph, node);
    if (node.inputs.size() > 2 && input_desc(graph, node, 2).shape != Shape{g.filters})
        op_error(node, "bias is " + to_string(input_desc(graph, node, 2).shape) + ", the weight has " + std::to_string(g.filters) + " filters");
    return {{Shape{g.batch, g.out_h, g.out_w, g.filters}, DType::f32}};
}

std::vector<TensorDesc> infer_gradient(const Graph&, const Node& node) { return {{node.as<GradientAttributes>().shape, DType::f32}}; }

void lower_input_gradient(const Node& node, Lowering& lowering) {
    const Conv2dGeometry& g = node.as<GradientAttributes>().geometry;
    const std::vector<std::uint32_t> operands = {node.inputs[0], node.inputs[1], node.outputs[0]};
    if (kernels::is_depthwise(g)) lowering.call(kernels::DepthwiseInputGradient(g), operands);
    else lowering.call(kernels::Conv2dInputGradient(g), operands);
}
void reference_input_gradient(ReferenceCall& call) {
    reference::conv2d_input_gradient(call.node.as<GradientAttributes>().geometry, call.inputs[0], call.inputs[1], call.outputs[0]);
}
/// inputs dy, weight
const OpDef input_gradient_op{.name = "conv2d_input_gradient", .infer = infer_gradient, .gradient = nullptr,
                              .lower = lower_input_gradient, .reference = reference_input_gradient};

void lower_weight_gradient(const Node& node, Lowering& lowering) {
    const Conv2dGeometry& g = node.as<GradientAttributes>().geometry;
    const std::vector<std::uint32_t> operands = {node.inputs[0], node.inputs[1], node.outputs[0]};
    if (kernels::is_depthwise(g)) lowering.call(kernels::DepthwiseWeightGradient(g), operands);
    else lowering.call(kernels::Conv2dWeightGradient(g), operands);
}
void reference_weight_gradient(ReferenceCall& call) {
    reference::conv2d_weight_gradient(call.node.as<GradientAttributes>().geometry, call.inputs[0], call.inputs[1], call.outputs[0]);
}
}  // namespace

/// inputs x, dy
const OpDef conv2d_weight_gradient_op{.name = "conv2d_weight_gradient", .infer = infer_gradient, .gradient = nullptr,
                               .lower = lower_weight_gradient, .reference = reference_weight_gradient};

namespace {

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const Conv2dGeometry g = geometry_of(graph, node);
    const Tensor x = input_tensor(graph, node, 0), weight = input_tensor(graph, node, 1);
    std::vector<Tensor> result;
    result.push_back(graph.add(input_gradient_op, {dy[0], weight}, GradientAttributes{g, x.shape()})[0]);
    result.push_back(conv2d_weight_gradient(x, dy[0], g, weight.shape()));
    if (node.inputs.size() > 2) result.push_back(reduce_sum(dy[0], {0, 1, 2}));
    return result;
}

void lower(const Node& node, Lowering& lowering) {
    kernels::Epilogue epilogue = node.as<Conv2dAttributes>().epilogue;
    epilogue.bias = node.inputs.size() > 2;
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    const Conv2dGeometry g = geometry_of(lowering.graph(), node);
    if (kernels::is_depthwise(g)) lowering.call(kernels::DepthwiseForward(g, epilogue), operands);
    else lowering.call(kernels::Conv2dForward(g, epilogue), operands);
}

void evaluate(ReferenceCall& call) {
    const reference::In bias = call.inputs.size() > 2 ? call.inputs[2] : reference::In();
    reference::conv2d(geometry_of(call.graph, call.node), call.inputs[0], call.inputs[1], bias, call.outputs[0]);
}

}  // namespace

Tensor conv2d_weight_gradient(Tensor x, Tensor dy, const Conv2dGeometry& geometry, const Shape& shape) {
    return x.graph().add(conv2d_weight_gradient_op, {x, dy}, GradientAttributes{geometry, shape})[0];
}

const OpDef conv2d_op{.name = "conv2d", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};

Tensor conv2d(Tensor x, Tensor weight, Tensor bias, const Conv2dOptions& options) {
    std::vector<Tensor> inputs = {x, weight};
    if (bias) inputs.push_back(bias);
    return x.graph().add(conv2d_op, inputs, Conv2dAttributes{options, {}})[0];
}

}  // namespace hekla
