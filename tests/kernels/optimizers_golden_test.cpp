// Ten steps of every optimizer on the device against PyTorch (tests/golden/optimizers.json).

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include "ops/op_records.h"
#include "plan/plan_state.h"
#include "support/compare.h"
#include "support/device_run.h"
#include "support/golden.h"
#include "support/shared_device.h"

namespace hekla::tests {
namespace {

std::vector<float> row_of(const GoldenTensor& matrix, std::size_t row) {
    const std::size_t columns = matrix.shape[1];
    const auto begin = matrix.values.begin() + static_cast<std::ptrdiff_t>(row * columns);
    return {begin, begin + static_cast<std::ptrdiff_t>(columns)};
}

/// minimize() and the end of the step.
void add_update(const GoldenCase& test, Tensor loss) {
    const auto& o = test.options;
    Graph& graph = loss.graph();
    if (test.op == "sgd") {
        minimize(loss, Sgd{o.at("learning_rate"), o.at("momentum"), o.at("nesterov"), o.at("weight_decay")});
        advance_step(graph.step_state());
        return;
    }
    const Adam adam{o.at("learning_rate"), o.at("beta1"), o.at("beta2"), o.at("epsilon"), o.at("weight_decay")};
    minimize(loss, adam);
    advance_step(graph.step_state(), adam.beta1, adam.beta2);
}

void check(const GoldenCase& test) {
    const std::vector<double>& first = test["parameter"].values;
    const auto parameter = std::make_shared<Parameter>("p", test["parameter"].shape, std::vector<float>(first.begin(), first.end()));
    Graph graph;
    const Tensor p = graph.parameter(parameter);
    const Tensor slope = graph.input("slope", p.desc());
    // The gradient of sum(p * slope) is the slope.
    const Tensor loss = reduce_sum(multiply(p, slope));
    add_update(test, loss);
    Plan plan = compile(shared_device(), graph, {loss});
    StepState state;
    state.learning_rate = test.options.at("learning_rate");
    state.live_rows = state.batch = state.samples = 1;
    plan.state().write_step_state(state);
    for (std::size_t step = 0; step < test["gradients"].shape[0]; ++step) {
        const std::vector<float> gradient = row_of(test["gradients"], step);
        plan.set(slope, std::span(gradient));
        plan.run();
        const std::vector<float> expected = row_of(test["parameters"], step), &found = parameter->values();
        ASSERT_TRUE(close(Values(found.begin(), found.end()), Values(expected.begin(), expected.end()), 1e-5)) << "step " << step;
    }
    EXPECT_EQ(plan.state().read_step_state().step, 10u);
}

TEST(OptimizersGolden, TenStepsAgreeWithPyTorch) {
    const std::vector<GoldenCase> cases = load_golden("optimizers.json");
    EXPECT_EQ(cases.size(), 8u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        check(test);
    }
}

}  // namespace
}  // namespace hekla::tests
