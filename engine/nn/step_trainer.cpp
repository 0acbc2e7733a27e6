#include <hekla/step_trainer.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include <hekla/error.h>

#include "nn/epoch_state.h"
#include "nn/sample_order.h"
#include "nn/schedule.h"
#include "nn/step_builder.h"
#include "plan/plan_state.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using nn::ResidentData;
using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[step trainer] " + what); }

}  // namespace

double StepEpoch::value(const std::string& name) const {
    std::string names;
    for (const auto& [known, number] : values) {
        if (known == name) return number;
        names += (names.empty() ? "" : ", ") + known;
    }
    fail("the step reports no '" + name + "', only " + names);
}

struct StepTrainer::State {
    State(Device& on, Build with, const StepTrainerOptions& chosen) : device(on), build(std::move(with)), options(chosen) {}

    void prepare(const data::Dataset& data, const StepFitOptions& fit);
    void make_step(const StepFitOptions& fit);
    void begin_epoch(std::span<const std::uint32_t> order);
    bool run_epoch(const std::vector<std::uint32_t>& order, const StepFitOptions& fit);
    StepEpoch result(std::uint64_t steps, std::uint64_t samples, double seconds) const;
    [[noreturn]] void fail_non_finite();

    Device device;
    Build build;
    StepTrainerOptions options;
    std::unique_ptr<ResidentData> data;
    StepBuilder::State::Sums sums;
    std::unique_ptr<StepBuilder::State> step;
    std::shared_ptr<ParameterStore> store;
    std::unique_ptr<Plan::State> plan;
    reference::ScheduleSettings schedule;
    StepState state;
    std::uint32_t epochs = 0;  // so far
};

/// The plan is made anew where what it was made for differs.
void StepTrainer::State::prepare(const data::Dataset& set, const StepFitOptions& fit) {
    set.check();
    if (set.size() == 0) fail("the data set " + set.name + " is empty");
    if (set.size() > 0xFFFFFFFEu) fail("a data set may have 2^32 - 2 images at most");
    if (set.source) fail("the images of " + set.name + " are read when they are needed; it takes sets in memory");
    if (fit.batch == 0) fail("the batch must be at least 1");
    const std::uint64_t steps = (set.size() + fit.batch - 1) / fit.batch, per_update = std::max(options.update.accumulate, 1u);
    const auto wanted = nn::in_updates(options.schedule, (steps + per_update - 1) / per_update, fit.epochs);
    const bool fits = data && data->fits(set, {});
    if (fits) data->upload(set);
    if (!fits || !step || step->batch != fit.batch || !(wanted == schedule)) {
        plan.reset();
        step.reset();
        if (!fits) data = std::make_unique<ResidentData>(device.vulkan(), set);
        schedule = wanted;
        make_step(fit);
    }
    store->state().take();  // another trainer may have trained them
    plan->running().set_options({std::clamp(fit.steps_per_submit, 1u, ring_entries / 4), std::max(fit.submit_ms, 0.0)});
    state.seed = static_cast<std::uint32_t>(options.seed) ^ static_cast<std::uint32_t>(options.seed >> 32);
    state.base_learning_rate = learning_rate(options.optimizer);
    state.schedule_start = state.updates;
    state.learning_rate = static_cast<float>(double{state.base_learning_rate} * reference::schedule_factor(schedule, 0));
}

void StepTrainer::State::make_step(const StepFitOptions& fit) {
    auto made = std::make_unique<StepBuilder::State>(*data, options, fit.batch, sums);
    StepBuilder builder(*made);
    build(builder);
    made->finish(schedule);
    const std::vector<ParameterPtr> parameters = made->parameters();
    // The optimizer's state lies beside the parameters, so the store is kept.
    if (!store) store = std::make_shared<ParameterStore>(device, parameters);
    const std::vector<ParameterPtr>& held = store->state().parameters;
    for (const ParameterPtr& parameter : parameters)
        if (std::find(held.begin(), held.end(), parameter) == held.end()) fail("the step has " + parameter->name() + ", which it did not have before");
    plan::CompileOptions compile{options.compile};
    compile.bound = made->bound;
    plan = plan::compile(device, made->graph, {}, store, compile);
    step = std::move(made);
}

void StepTrainer::State::begin_epoch(std::span<const std::uint32_t> order) {
    for (const StepBuilder::State::Reported& one : step->reported) one.sum->set_values({0.0f});
    store->state().snapshot();
    const vulkan::BufferRange range = plan->range_of(step->order.id());
    device.vulkan().upload({range.buffer, range.offset, order.size_bytes()}, std::as_bytes(order));
    nn::begin_epoch(state, static_cast<std::uint32_t>(order.size()), step->batch);
    plan->write_step_state(state);
    store->state().mark_written();
}

/// False: the user wants to stop.
bool StepTrainer::State::run_epoch(const std::vector<std::uint32_t>& order, const StepFitOptions& fit) {
    begin_epoch(order);
    std::uint32_t next = state.step;
    bool finite = true, go_on = true;
    plan->running().run((order.size() + step->batch - 1) / step->batch, [&](std::uint32_t ended) {
        // Of each step's last loss, or of the one that is not finite.
        for (const StepRecord& record : plan->step_records(next, ended)) finite = finite && std::isfinite(record.loss);
        next += ended;
        go_on = go_on && !(fit.should_stop && fit.should_stop());
        return finite && go_on;
    });
    state = plan->read_step_state();
    // A loss may be finite while its update overflows.
    if (!finite || state.halted || !store->state().all_finite()) fail_non_finite();
    return go_on;
}

void StepTrainer::State::fail_non_finite() {
    for (const StepBuilder::State::Reported& one : step->reported) one.sum->set_values({0.0f});  // they are no cause
    const std::string where = plan->find_non_finite();
    store->state().go_back(options.update.average_decay != 0);
    const std::uint32_t failed = state.step;
    nn::go_back(state);
    throw Error(ErrorCode::non_finite, "[step trainer] a loss or an update became NaN or infinite at or before step " + std::to_string(failed) +
                                           " (epoch " + std::to_string(epochs + 1) + "); the first value that is not finite is in " +
                                           (where.empty() ? "no layer of a second run" : where) +
                                           ". The parameters are again those before the epoch; a smaller learning rate may help");
}

StepEpoch StepTrainer::State::result(std::uint64_t steps, std::uint64_t samples, double seconds) const {
    StepEpoch epoch{.epoch = epochs, .steps = steps, .values = {}, .seconds = seconds};
    for (const StepBuilder::State::Reported& one : step->reported)
        epoch.values.emplace_back(one.name, double{one.sum->values()[0]} / static_cast<double>(std::max<std::uint64_t>(steps, 1)));
    epoch.images_per_second = seconds > 0 ? static_cast<double>(samples) / seconds : 0;
    return epoch;
}

StepTrainer::StepTrainer(Device& device, Build build, StepTrainerOptions options)
    : state_(std::make_unique<State>(device, std::move(build), options)) {}
StepTrainer::~StepTrainer() = default;

std::vector<StepEpoch> StepTrainer::fit(const data::Dataset& data, const StepFitOptions& options) {
    State& s = *state_;
    s.prepare(data, options);
    const auto size = static_cast<std::uint32_t>(data.size());
    std::vector<StepEpoch> results;
    for (bool go_on = true; go_on && results.size() < options.epochs;) {
        const auto order = options.shuffle ? nn::shuffled(size, s.options.seed, s.epochs) : nn::in_order(0, size);
        const std::uint32_t first_step = s.state.step;
        const Clock::time_point start = Clock::now();
        go_on = s.run_epoch(order, options);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        ++s.epochs;
        results.push_back(s.result(s.state.step - first_step, std::min(s.state.cursor, size), seconds));
        if (options.on_epoch) options.on_epoch(results.back());
    }
    return results;
}

std::shared_ptr<ParameterStore> StepTrainer::store() const { return state_->store; }

}  // namespace hekla
