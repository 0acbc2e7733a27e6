#include "kernels/upsample2d.h"

#include <hekla/ops.h>

#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

std::vector<TensorDesc> infer(const Graph&, const Node& node) {
    const auto& g = node.as<Upsample2dGeometry>();
    return {{Shape{g.batch, std::uint64_t{g.height} * g.factor_h, std::uint64_t{g.width} * g.factor_w, g.channels}, DType::f32}};
}
std::vector<TensorDesc> infer_gradient(const Graph&, const Node& node) {
    const auto& g = node.as<Upsample2dGeometry>();
    return {{Shape{g.batch, g.height, g.width, g.channels}, DType::f32}};
}
template <bool gradient>
void lower(const Node& node, Lowering& lowering) {
    lowering.call(kernels::Upsample2d(node.as<Upsample2dGeometry>(), gradient), {node.inputs[0], node.outputs[0]});
}
void evaluate(ReferenceCall& call) { reference::upsample2d(call.node.as<Upsample2dGeometry>(), call.inputs[0], call.outputs[0]); }
void evaluate_gradient(ReferenceCall& call) {
    reference::upsample2d_gradient(call.node.as<Upsample2dGeometry>(), call.inputs[0], call.outputs[0]);
}

const OpDef gradient_op{.name = "upsample2d_gradient", .infer = infer_gradient, .gradient = nullptr, .lower = lower<true>,
                        .reference = evaluate_gradient};

std::vector<Tensor> gradient(Graph& graph, const Node& node, std::span<const Tensor> dy) { return {graph.add(gradient_op, {dy[0]}, node.attributes)[0]}; }

const OpDef upsample_op{.name = "upsample2d", .infer = infer, .gradient = gradient, .lower = lower<false>, .reference = evaluate};

}  // namespace

Tensor upsample2d(Tensor x, Size2 factor, Interpolation interpolation) {
    const Shape& shape = x.shape();
    const auto fail = [](const std::string& what) { throw Error(ErrorCode::invalid_argument, "[upsample2d] " + what); };
    if (shape.rank() != 4) fail("the input must have 4 dimensions, NHWC, and is " + to_string(shape));
    if (factor.height == 0 || factor.width == 0) fail("the factors must be at least 1 and are " + std::to_string(factor.height) + "x" + std::to_string(factor.width));
    u32(shape[1] * factor.height);
    u32(shape[2] * factor.width);
    return x.graph().add(upsample_op, {x},
                         Upsample2dGeometry{u32(shape[0]), u32(shape[1]), u32(shape[2]), u32(shape[3]), factor.height, factor.width,
                                            interpolation == Interpolation::bilinear})[0];
}

}  // namespace hekla
