// Transposed convolution: the input gradient of a convolution, as an operation of its own.

#include <hekla/ops.h>

#include "kernels/depthwise.h"
#include "ops/checks.h"
#include "ops/conv2d_geometry.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

struct TransposeAttributes {
    Conv2dGeometry geometry;  // of the convolution from the result to x
    Conv2dOptions options;
};

std::vector<TensorDesc> infer(const Graph&, const Node& node) {
    const Conv2dGeometry& g = node.as<TransposeAttributes>().geometry;
    return {{Shape{g.batch, g.height, g.width, g.channels}, DType::f32}};
}
void lower(const Node& node, Lowering& lowering) {
    const Conv2dGeometry& g = node.as<TransposeAttributes>().geometry;
    const std::vector<std::uint32_t> operands = {node.inputs[0], node.inputs[1], node.outputs[0]};
    if (kernels::is_depthwise(g)) lowering.call(kernels::DepthwiseInputGradient(g), operands);
    else lowering.call(kernels::Conv2dInputGradient(g), operands);
}
void evaluate(ReferenceCall& call) {
    reference::conv2d_input_gradient(call.node.as<TransposeAttributes>().geometry, call.inputs[0], call.inputs[1], call.outputs[0]);
}
std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const auto& [geometry, options] = node.as<TransposeAttributes>();
    const Tensor x = input_tensor(graph, node, 0), weight = input_tensor(graph, node, 1);
    return {conv2d(dy[0], weight, {}, options), conv2d_weight_gradient(dy[0], x, geometry, weight.shape())};
}

const OpDef transpose_op{.name = "conv2d_transpose", .infer = infer, .gradient = gradient, .lower = lower, .reference = evaluate};

[[noreturn]] void fail(Tensor x, Tensor weight, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, "[conv2d_transpose] " + what + " (input " + to_string(x.shape()) + ", weight " + to_string(weight.shape()) + ")");
}

}  // namespace

Tensor conv2d_transpose(Tensor x, Tensor weight, Tensor bias, const Conv2dTransposeOptions& options) {
    if (x.shape().rank() != 4) fail(x, weight, "the input must have 4 dimensions, NHWC");
    if (weight.shape().rank() != 4) fail(x, weight, "the weight must have 4 dimensions, height x width x filters per group x channels");
    if (x.shape()[3] != weight.shape()[3])
        fail(x, weight, "input has " + std::to_string(x.shape()[3]) + " channels, weight expects " + std::to_string(weight.shape()[3]));
    if (options.stride.height == 0 || options.stride.width == 0 || options.groups == 0) fail(x, weight, "stride and groups must be at least 1");
    if (options.output_padding.height >= options.stride.height || options.output_padding.width >= options.stride.width)
        fail(x, weight, "the output padding must be smaller than the stride");
    const auto size = [&](std::uint64_t in, std::uint64_t kernel, std::uint64_t stride, std::uint64_t dilation, std::uint64_t pads, std::uint64_t extra) {
        if (options.padding.kind == Padding::Kind::same) return in * stride;
        const std::uint64_t whole = (in - 1) * stride + (kernel - 1) * dilation + 1 + extra;
        if (whole <= pads) fail(x, weight, "the padding leaves nothing of the result");
        return whole - pads;
    };
    const Padding& pad = options.padding;
    const bool given = pad.kind == Padding::Kind::explicit_pixels;
    const std::uint64_t h = size(x.shape()[1], weight.shape()[0], options.stride.height, options.dilation.height,
                                 given ? std::uint64_t{pad.top} + pad.bottom : 0, options.output_padding.height);
    const std::uint64_t w = size(x.shape()[2], weight.shape()[1], options.stride.width, options.dilation.width,
                                 given ? std::uint64_t{pad.left} + pad.right : 0, options.output_padding.width);
    const Conv2dOptions forward{options.stride, pad, options.dilation, options.groups};
    const Shape result{x.shape()[0], h, w, weight.shape()[2] * options.groups};
    const TransposeAttributes attributes{conv2d_geometry(result, weight.shape(), forward), forward};
    const Tensor y = x.graph().add(transpose_op, {x, weight}, attributes)[0];
    return bias ? add(y, bias) : y;
}

}  // namespace hekla
