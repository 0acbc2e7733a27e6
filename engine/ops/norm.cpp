// Batch, layer, group and instance normalization: one node for the statistics, one for the normalized values.

#include "kernels/norm.h"

#include <hekla/ops.h>

#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"
#include "ops/update.h"
#include "reference/reference.h"

namespace hekla {
namespace {

struct NormAttributes {
    NormGeometry geometry;
    bool with_state = false;          // the last input
    bool through_statistics = true;   // they are those of x: its gradient flows through them too
};
struct GivenAttributes {
    float epsilon;
};
struct AverageAttributes {
    NormGeometry geometry;
    float momentum;
    bool with_state;
};

std::uint32_t live_of(const ReferenceCall& call) {
    const auto& a = call.node.as<NormAttributes>();
    if (!a.with_state) return a.geometry.rows;
    return kernels::live_rows(kernels::state_of({call.inputs.back().begin(), call.inputs.back().end()}), a.geometry.rows, a.geometry.sample_rows);
}

Shape statistics_shape(const NormGeometry& g) { return Shape{3, g.outer, g.groups}; }

/// A problem whose operands are the node's inputs and its output.
template <class Problem>
void lower(const Node& node, Lowering& lowering) {
    const auto& a = node.as<NormAttributes>();
    std::vector<std::uint32_t> operands = node.inputs;
    operands.push_back(node.outputs[0]);
    lowering.call(Problem(a.geometry, a.with_state), operands);
}

// norm_statistics: inputs x, [state] -> [3, outer, groups]; its gradient is part of normalize's --------------
std::vector<TensorDesc> infer_statistics(const Graph&, const Node& node) {
    return {{statistics_shape(node.as<NormAttributes>().geometry), DType::f32}};
}
void evaluate_statistics(ReferenceCall& call) {
    reference::norm_statistics(call.node.as<NormAttributes>().geometry, live_of(call), call.inputs[0], call.outputs[0]);
}
const OpDef statistics_op{.name = "norm_statistics", .infer = infer_statistics, .gradient = nullptr, .lower = lower<kernels::NormStatistics>,
                          .reference = evaluate_statistics};

// given_statistics: inputs mean, variance -> [3, 1, channels] --------------------------------------------------
std::vector<TensorDesc> infer_given(const Graph& graph, const Node& node) {
    return {{Shape{3, 1, input_desc(graph, node, 0).elements()}, DType::f32}};
}
void lower_given(const Node& node, Lowering& lowering) {
    lowering.call(kernels::GivenStatistics(u32(lowering.shape(node.inputs[0]).elements()), node.as<GivenAttributes>().epsilon),
                  {node.inputs[0], node.inputs[1], node.outputs[0]});
}
void evaluate_given(ReferenceCall& call) {
    reference::given_statistics(call.node.as<GivenAttributes>().epsilon, call.inputs[0], call.inputs[1], call.outputs[0]);
}
const OpDef given_op{.name = "given_statistics", .infer = infer_given, .gradient = nullptr, .lower = lower_given, .reference = evaluate_given};

// norm_sums: inputs dy, x, statistics, [state] -> [2, outer, channels] --------------------------------------------
std::vector<TensorDesc> infer_sums(const Graph&, const Node& node) {
    const NormGeometry& g = node.as<NormAttributes>().geometry;
    return {{Shape{2, g.outer, g.channels()}, DType::f32}};
}
void evaluate_sums(ReferenceCall& call) {
    reference::norm_sums(call.node.as<NormAttributes>().geometry, live_of(call), call.inputs[0], call.inputs[1], call.inputs[2], call.outputs[0]);
}
const OpDef sums_op{.name = "norm_sums", .infer = infer_sums, .gradient = nullptr, .lower = lower<kernels::NormSums>, .reference = evaluate_sums};

// norm_input_gradient: inputs x, dy, sums, statistics, scale, [state] -> dx ------------------------------------------
std::vector<TensorDesc> infer_like_x(const Graph& graph, const Node& node) { return {input_desc(graph, node, 0)}; }
void evaluate_input_gradient(ReferenceCall& call) {
    reference::norm_input_gradient(call.node.as<NormAttributes>().geometry, live_of(call), call.inputs[0], call.inputs[1], call.inputs[2],
                                   call.inputs[3], call.inputs[4], call.outputs[0]);
}
const OpDef input_gradient_op{.name = "norm_input_gradient", .infer = infer_like_x, .gradient = nullptr,
                              .lower = lower<kernels::NormInputGradient>, .reference = evaluate_input_gradient};

// normalize: inputs x, statistics, scale, shift, [state] -> y ----------------------------------------------------------
std::vector<TensorDesc> infer_normalize(const Graph& graph, const Node& node) {
    require_dtype(graph, node, 0, DType::f32, "the input");
    for (std::size_t i : {2, 3})
        if (input_desc(graph, node, i).shape != Shape{node.as<NormAttributes>().geometry.channels()})
            op_error(node, std::string(i == 2 ? "the scale" : "the shift") + " is " + to_string(input_desc(graph, node, i).shape) + ", the input " +
                               to_string(input_desc(graph, node, 0).shape) + " has " + std::to_string(node.as<NormAttributes>().geometry.channels()) +
                               " channels");
    return {input_desc(graph, node, 0)};
}
void evaluate_normalize(ReferenceCall& call) {
    reference::normalize(call.node.as<NormAttributes>().geometry, live_of(call), call.inputs[0], call.inputs[1], call.inputs[2], call.inputs[3],
                         call.outputs[0]);
}
std::vector<Tensor> gradient_normalize(Graph& graph, const Node& node, std::span<const Tensor> dy) {
    const auto& a = node.as<NormAttributes>();
    const NormGeometry& g = a.geometry;
    const Tensor x = input_tensor(graph, node, 0), statistics = input_tensor(graph, node, 1), scale = input_tensor(graph, node, 2);
    const auto with_state = [&](std::vector<Tensor> inputs) {
        if (a.with_state) inputs.push_back(input_tensor(graph, node, 4));
        return inputs;
    };
    const Tensor sums = graph.add(sums_op, with_state({dy[0], x, statistics}), a)[0];
    const Tensor totals = g.outer == 1 ? sums : reduce_sum(sums, {1}, true);  // [2, 1, channels]
    const auto total = [&](std::uint64_t which) { return reshape(slice(totals, {which, 0, 0}, {1, 1, g.channels()}), Shape{g.channels()}); };
    Tensor dx;
    if (a.through_statistics) {
        dx = graph.add(input_gradient_op, with_state({x, dy[0], sums, statistics, scale}), a)[0];
    } else {
        const Tensor inverse = reshape(slice(statistics, {1, 0, 0}, {1, 1, g.channels()}), Shape{g.channels()});
        dx = multiply(dy[0], multiply(scale, inverse));
    }
    return {dx, Tensor(), total(1), total(0)};
}
const OpDef normalize_op{.name = "normalize", .infer = infer_normalize, .gradient = gradient_normalize, .lower = lower<kernels::Normalize>,
                         .reference = evaluate_normalize};

// running_average: inputs mean, variance (parameters), statistics, [state] -----------------------------------------------
std::vector<TensorDesc> infer_average(const Graph& graph, const Node& node) {
    for (std::size_t i : {0, 1}) {
        if (graph.values()[node.inputs[i]].kind != ValueKind::parameter) op_error(node, "running averages must be parameters");
        if (input_desc(graph, node, i).shape != Shape{node.as<AverageAttributes>().geometry.channels()})
            op_error(node, "a running average is " + to_string(input_desc(graph, node, i).shape) + ", the statistics have " +
                               std::to_string(node.as<AverageAttributes>().geometry.channels()) + " channels");
    }
    return {};
}
void lower_average(const Node& node, Lowering& lowering) {
    const auto& [g, momentum, with_state] = node.as<AverageAttributes>();
    std::vector<std::uint32_t> operands = {node.inputs.begin() + 2, node.inputs.end()};
    operands.insert(operands.end(), {node.inputs[0], node.inputs[1]});
    lowering.call(kernels::RunningAverage(g.channels(), g.rows, g.sample_rows, momentum, with_state), operands);
}

// Geometries ------------------------------------------------------------------------------------------------------------
void require_rows(const char* op, Tensor x, std::size_t least) {
    if (x.shape().rank() < least)
        throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] the input must have at least " + std::to_string(least) +
                                                     " dimensions and is " + to_string(x.shape()));
}
/// Product of the dimensions from `begin` to the channels.
std::uint32_t inner_rows(const Shape& shape, std::size_t begin) {
    std::uint64_t rows = 1;
    for (std::size_t axis = begin; axis + 1 < shape.rank(); ++axis) rows *= shape[axis];
    return u32(rows);
}

Tensor normalized(Tensor x, Tensor statistics, Tensor scale, Tensor shift, const NormAttributes& attributes, Tensor step_state) {
    std::vector<Tensor> inputs = {x, statistics, scale, shift};
    if (attributes.with_state) inputs.push_back(step_state);
    return x.graph().add(normalize_op, inputs, attributes)[0];
}

}  // namespace

const OpDef running_average_op{.name = "running_average", .infer = infer_average, .gradient = nullptr, .lower = lower_average,
                               .reference = nullptr, .has_effect = true};

Tensor batch_norm(Tensor x, Tensor scale, Tensor shift, const BatchNormOptions& options, Tensor step_state, Tensor running_mean,
                  Tensor running_variance) {
    require_rows("batch_norm", x, 2);
    const Shape& shape = x.shape();
    NormAttributes a;
    a.geometry = {.outer = 1, .rows = inner_rows(shape, 0), .groups = u32(shape.back()), .width = 1, .sample_rows = inner_rows(shape, 1),
                  .epsilon = options.epsilon};
    a.with_state = bool(step_state);
    std::vector<Tensor> inputs = {x};
    if (step_state) inputs.push_back(step_state);
    const Tensor statistics = x.graph().add(statistics_op, inputs, a)[0];
    const Tensor y = normalized(x, statistics, scale, shift, a, step_state);
    if (bool(running_mean) != bool(running_variance))
        throw Error(ErrorCode::invalid_argument, "[batch_norm] running averages need both a mean and a variance");
    if (running_mean) {
        std::vector<Tensor> averaged = {running_mean, running_variance, statistics};
        if (step_state) averaged.push_back(step_state);
        x.graph().add(running_average_op, averaged, AverageAttributes{a.geometry, options.momentum, a.with_state});
    }
    return y;
}

Tensor batch_norm_given(Tensor x, Tensor mean, Tensor variance, Tensor scale, Tensor shift, float epsilon) {
    require_rows("batch_norm", x, 2);
    const Shape& shape = x.shape();
    for (Tensor given : {mean, variance})
        if (given.shape() != Shape{shape.back()})
            throw Error(ErrorCode::invalid_argument, "[batch_norm] a statistic is " + to_string(given.shape()) + ", the input " + to_string(shape) +
                                                         " has " + std::to_string(shape.back()) + " channels");
    NormAttributes a;
    a.geometry = {.outer = 1, .rows = inner_rows(shape, 0), .groups = u32(shape.back()), .width = 1, .epsilon = epsilon};
    a.through_statistics = false;
    return normalized(x, x.graph().add(given_op, {mean, variance}, GivenAttributes{epsilon})[0], scale, shift, a, {});
}

Tensor layer_norm(Tensor x, Tensor scale, Tensor shift, float epsilon) {
    require_rows("layer_norm", x, 1);
    NormAttributes a;
    a.geometry = {.outer = inner_rows(x.shape(), 0), .rows = 1, .groups = 1, .width = u32(x.shape().back()), .epsilon = epsilon};
    return normalized(x, x.graph().add(statistics_op, {x}, a)[0], scale, shift, a, {});
}

Tensor group_norm(Tensor x, std::uint32_t groups, Tensor scale, Tensor shift, float epsilon) {
    require_rows("group_norm", x, 2);
    const Shape& shape = x.shape();
    if (groups == 0 || shape.back() % groups != 0)
        throw Error(ErrorCode::invalid_argument, "[group_norm] " + std::to_string(groups) + " groups do not divide the " +
                                                     std::to_string(shape.back()) + " channels of " + to_string(shape));
    NormAttributes a;
    a.geometry = {.outer = u32(shape[0]), .rows = inner_rows(shape, 1), .groups = groups, .width = u32(shape.back() / groups), .epsilon = epsilon};
    return normalized(x, x.graph().add(statistics_op, {x}, a)[0], scale, shift, a, {});
}

Tensor instance_norm(Tensor x, Tensor scale, Tensor shift, float epsilon) {
    require_rows("instance_norm", x, 2);
    return group_norm(x, u32(x.shape().back()), scale, shift, epsilon);
}

}  // namespace hekla
