#include <hekla/random.h>

#include "kernels/random_values.h"
#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using kernels::Distribution;

struct RandomAttributes {
    Shape shape;
    Distribution distribution;
    std::uint32_t stream;
};

std::vector<TensorDesc> infer(const Graph&, const Node& node) { return {{node.as<RandomAttributes>().shape, DType::f32}}; }
void lower(const Node& node, Lowering& lowering) {
    const auto& a = node.as<RandomAttributes>();
    lowering.call(kernels::RandomValues(a.shape.elements(), a.distribution, a.stream), {node.inputs[0], node.outputs[0]});
}
void evaluate(ReferenceCall& call) {
    const auto& a = call.node.as<RandomAttributes>();
    const StepState state = kernels::state_of({call.inputs[0].begin(), call.inputs[0].end()});
    for (std::size_t i = 0; i < call.outputs[0].size(); ++i)
        call.outputs[0][i] =
            kernels::random_value(a.distribution, reference::random_word(state.seed, state.random_counter, a.stream, static_cast<std::uint32_t>(i)));
}
const OpDef random_op{.name = "random", .infer = infer, .gradient = nullptr, .lower = lower, .reference = evaluate, .cheap = true};

Tensor random_tensor(const Shape& shape, Tensor step_state, Distribution distribution, std::uint32_t stream) {
    u32(shape.elements());
    if (shape.elements() == 0) throw Error(ErrorCode::invalid_argument, "[random] the shape " + to_string(shape) + " is empty");
    return step_state.graph().add(random_op, {step_state}, RandomAttributes{shape, distribution, stream})[0];
}

}  // namespace

Tensor random_normal(const Shape& shape, Tensor step_state, std::uint32_t stream) {
    return random_tensor(shape, step_state, Distribution::normal, stream);
}
Tensor random_uniform(const Shape& shape, Tensor step_state, std::uint32_t stream) {
    return random_tensor(shape, step_state, Distribution::uniform, stream);
}

}  // namespace hekla
