// Updates on the device against PyTorch (tests/golden/updates.json, schedules.json), and the same bits however they are submitted.

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/ops.h>

#include <cstring>

#include "nn/schedule.h"
#include "ops/op_records.h"
#include "plan/plan_state.h"
#include "support/compare.h"
#include "support/device_run.h"
#include "support/golden.h"
#include "support/shared_device.h"

namespace hekla::tests {
namespace {

std::vector<float> row_of(const GoldenTensor& tensor, std::size_t row) {
    const std::size_t size = tensor.values.size() / tensor.shape[0];
    const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(row * size);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}
Values doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

Optimizer optimizer_of(const GoldenCase& test) {
    const auto& o = test.options.at("settings");
    if (test.op == "sgd") return Sgd{o.at("learning_rate"), o.at("momentum"), o.at("nesterov"), o.at("weight_decay")};
    if (test.op == "adam") return Adam{o.at("learning_rate"), o.at("beta1"), o.at("beta2"), o.at("epsilon"), o.at("weight_decay")};
    if (test.op == "adamw") return AdamW{o.at("learning_rate"), o.at("beta1"), o.at("beta2"), o.at("epsilon"), o.at("weight_decay")};
    if (test.op == "adagrad") return AdaGrad{o.at("learning_rate"), o.at("epsilon"), o.at("initial"), o.at("weight_decay")};
    if (test.op == "rmsprop") return RmsProp{o.at("learning_rate"), o.at("decay"), o.at("epsilon"), o.at("momentum"), o.at("weight_decay")};
    if (test.op == "lion") return Lion{o.at("learning_rate"), o.at("beta1"), o.at("beta2"), o.at("weight_decay")};
    throw Error(ErrorCode::not_found, "no optimizer " + test.op);
}

UpdateOptions update_of(const GoldenCase& test) {
    const auto& o = test.options;
    UpdateOptions update{.accumulate = o.value("accumulate", 1u), .clip_norm = o.value("clip_norm", 0.0f), .clip_value = o.value("clip_value", 0.0f)};
    if (o.contains("low")) update.weight_range = UpdateOptions::Range{o.at("low"), o.at("high")};
    update.max_norm = o.value("max_norm", 0.0f);
    update.average_decay = o.value("average_decay", 0.0f);
    return update;
}

/// A matrix and a vector whose gradients are inputs.
struct Updated {
    explicit Updated(const GoldenCase& test)
        : w(std::make_shared<Parameter>("w", test["w"].shape, row_of({Shape{1, 15}, test["w"].values}, 0))),
          b(std::make_shared<Parameter>("b", test["b"].shape, row_of({Shape{1, 3}, test["b"].values}, 0))) {
        const Tensor tw = graph.parameter(w), tb = graph.parameter(b);
        dw = graph.input("dw", tw.desc());
        db = graph.input("db", tb.desc());
        const Tensor loss = add(reduce_sum(multiply(tw, dw)), reduce_sum(multiply(tb, db)));
        minimize(loss, optimizer_of(test), update_of(test));
        advance_step(graph.step_state(), optimizer_of(test));
        store = std::make_shared<ParameterStore>(shared_device(), std::vector{w, b});
        plan = std::make_unique<Plan>(compile(shared_device(), graph, {loss}, store));
    }
    Values average() const {
        const ParameterStore::State& s = store->state();
        std::vector<float> values(w->shape().elements());
        shared_device().vulkan().download({s.averages.get(), s.offsets[s.index_of(w)], values.size() * 4}, std::as_writable_bytes(std::span(values)));
        return doubles(values);
    }

    ParameterPtr w, b;
    Graph graph;
    Tensor dw, db;
    std::shared_ptr<ParameterStore> store;
    std::unique_ptr<Plan> plan;
};

void check(const GoldenCase& test) {
    Updated updated(test);
    const bool batches = test.options.contains("rows");
    StepState state;
    state.learning_rate = learning_rate(optimizer_of(test));
    state.samples = test.options.value("samples", 1u);
    const std::vector<std::uint32_t> rows = test.options.value("rows", std::vector<std::uint32_t>(10, 1));
    state.batch = state.live_rows = rows[0];
    updated.plan->state().write_step_state(state);
    for (std::size_t step = 0; step < rows.size(); ++step) {
        updated.plan->set(updated.dw, std::span<const float>(row_of(test["dw"], step)));
        updated.plan->set(updated.db, std::span<const float>(row_of(test["db"], step)));
        if (batches) {
            ASSERT_EQ(updated.plan->state().read_step_state().live_rows, rows[step]);
        }
        updated.plan->run();
        ASSERT_TRUE(close(doubles(updated.w->values()), doubles(row_of(test["w_after"], step)), 1e-5)) << "w, step " << step;
        ASSERT_TRUE(close(doubles(updated.b->values()), doubles(row_of(test["b_after"], step)), 1e-5)) << "b, step " << step;
        state = updated.plan->state().read_step_state();
        if (batches && state.cursor == state.samples) {  // the next epoch
            EXPECT_EQ(state.accumulated_steps, 0u);
            state.cursor = 0;
            state.live_rows = state.batch;
            updated.plan->state().write_step_state(state);
        }
    }
    EXPECT_EQ(state.step, rows.size());
    EXPECT_EQ(state.updates, batches ? 4u : rows.size());
    if (test.has("w_average")) {
        EXPECT_TRUE(close(updated.average(), doubles(row_of(test["w_average"], test["w_average"].shape[0] - 1)), 1e-5));
    }
}

TEST(UpdatesGolden, AgreeWithPyTorch) {
    const std::vector<GoldenCase> cases = load_golden("updates.json");
    EXPECT_EQ(cases.size(), 22u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        check(test);
    }
}

/// Steps of a small regression whose live rows change; the parameters' bits at the end, and the state.
struct Bits {
    std::vector<float> w, b;
    StepState state;
};
Bits train(std::uint32_t steps_per_submit, double submit_ms) {
    const auto w = std::make_shared<Parameter>("w", Shape{70, 5}, std::vector<float>(350, 0.25f));
    const auto b = std::make_shared<Parameter>("b", Shape{5}, std::vector<float>(5, -1.0f));
    Graph graph;
    const Tensor x = graph.input("x", {Shape{6, 70}, DType::f32});
    const Tensor rows = reduce_mean(square(shift(dense(x, graph.parameter(w), graph.parameter(b)), -1)), {1});
    const Tensor loss = mean_rows(rows, graph.step_state());
    minimize(loss, AdamW{}, {.accumulate = 3, .clip_norm = 0.75f, .max_norm = 2, .average_decay = 0.9f});
    advance_step(graph.step_state(), AdamW{}, nn::in_updates({.kind = Schedule::Kind::cosine, .warmup = 4}, 10, 2));
    Plan plan = compile(shared_device(), graph, {loss});
    std::vector<float> values(6 * 70);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) / 101.0f;
    plan.set(x, std::span<const float>(values));
    StepState state;
    state.base_learning_rate = 0.05f;
    state.learning_rate = 0.0125f;
    state.batch = state.live_rows = 6;
    state.samples = 26 * 6 - 2;
    plan.state().write_step_state(state);
    plan.state().replay->set_options({steps_per_submit, submit_ms});
    plan.state().store->state().mark_written();
    plan.state().replay->run(26);
    return {w->values(), b->values(), plan.state().read_step_state()};
}

TEST(Updates, SubmitsDoNotChangeABit) {
    const Bits one = train(1, 0);
    EXPECT_EQ(one.state.step, 26u);
    EXPECT_EQ(one.state.updates, 9u);  // every third step, and the last one
    EXPECT_NE(one.state.learning_rate, 0.0125f);
    EXPECT_NE(one.state.gradient_scale, 1.0f);
    for (const auto& [steps, ms] : {std::pair<std::uint32_t, double>{32, 0}, {5, 0}, {32, 0.02}, {1, 0}}) {
        const Bits other = train(steps, ms);
        EXPECT_TRUE(other.w == one.w && other.b == one.b) << steps << " steps in a submit, " << ms << " ms";
        EXPECT_EQ(std::memcmp(&other.state, &one.state, sizeof(StepState)), 0);
    }
}

TEST(SchedulesGolden, AgreeWithPyTorch) {
    const std::vector<GoldenCase> cases = load_golden("schedules.json");
    EXPECT_EQ(cases.size(), 8u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        const auto& o = test.options;
        Schedule schedule = parse_schedule(o.at("schedule").get<std::string>());
        schedule.warmup = o.at("warmup");
        const auto settings = nn::in_updates(schedule, o.at("updates_per_epoch"), o.at("epochs"));
        Graph graph;
        advance_step(graph.step_state(), 0, 0, settings);
        Plan plan = compile(shared_device(), graph, {});
        StepState state;
        state.base_learning_rate = o.at("rate");
        state.updates = state.schedule_start = 17;  // of an earlier training
        state.learning_rate = static_cast<float>(double{state.base_learning_rate} * reference::schedule_factor(settings, 0));
        plan.state().write_step_state(state);
        Values rates;
        for (std::size_t t = 0; t < test["rates"].values.size(); ++t) {
            rates.push_back(double{plan.state().read_step_state().learning_rate});
            const double exact = double{state.base_learning_rate} * reference::schedule_factor(settings, static_cast<std::uint32_t>(t));
            EXPECT_NEAR(exact, test["rates"].values[t], 2e-7 * o.at("rate").get<double>()) << "the reference, update " << t;
            plan.run();
        }
        EXPECT_TRUE(close(rates, test["rates"].values, 1e-6));
        // All of them in one submit.
        const float last = plan.state().read_step_state().learning_rate;
        plan.state().write_step_state(state);
        plan.state().replay->set_options({64, 0});
        plan.state().replay->run(rates.size());
        EXPECT_EQ(plan.state().read_step_state().learning_rate, last);
    }
}

}  // namespace
}  // namespace hekla::tests
