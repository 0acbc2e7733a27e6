#include <algorithm>
#include <chrono>
#include <cmath>

#include <hekla/error.h>
#include <hekla/nn.h>

#include "kernels/selection.h"
#include "nn/monitor.h"
#include "nn/schedule.h"
#include "nn/step_plan.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using nn::ResidentData;
using nn::StepKind;
using nn::StepPlan;
using nn::StepSettings;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Running means over samples.
struct Totals {
    double loss = 0;
    std::uint64_t correct = 0, samples = 0;
    void add(const StepRecord& record) {
        loss += double{record.loss} * record.live_rows;
        correct += record.correct;
        samples += record.live_rows;
    }
    double mean_loss() const { return samples ? loss / static_cast<double>(samples) : 0; }
    double accuracy() const { return samples ? static_cast<double>(correct) / static_cast<double>(samples) : 0; }
};

/// Fisher and Yates' shuffle of 0 .. count-1 with counter-based random numbers.
std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed, std::uint32_t epoch) {
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
    const auto low = static_cast<std::uint32_t>(seed), high = static_cast<std::uint32_t>(seed >> 32);
    constexpr std::uint32_t stream = 0x73687566;
    for (std::uint32_t i = count; i > 1; --i) {
        // 64 bits against the bias of a remainder.
        const std::uint64_t word = std::uint64_t{reference::random_word(low, epoch, stream, i)} << 32 |
                                   reference::random_word(high ^ 0x9e3779b9u, epoch, stream, i);
        std::swap(order[i - 1], order[word % i]);
    }
    return order;
}

std::vector<std::uint32_t> in_order(std::uint32_t first, std::uint32_t end) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = first; i < end; ++i) order.push_back(i);
    return order;
}

}  // namespace

struct Trainer::State {
    State(Device& on, const Network& net, const TrainerOptions& with) : device(on), network(net), options(with) {}

    void check(const data::Dataset& data);
    std::shared_ptr<ParameterStore> parameters();
    StepSettings settings(StepKind kind, std::uint32_t batch) const;
    StepPlan& training_plan(const data::Dataset& data, const FitOptions& fit, std::uint32_t train_count);
    void begin_schedule(const reference::ScheduleSettings& schedule);
    StepPlan& plan_for(std::unique_ptr<StepPlan>& cached, StepKind kind, const data::Dataset& data, std::uint32_t batch,
                       const reference::ScheduleSettings& schedule = {});
    Totals evaluate(StepPlan& plan, std::span<const std::uint32_t> order) const;
    [[noreturn]] void fail_non_finite(StepPlan& plan, const StepRecord& last, std::uint32_t epoch);
    bool parameters_are_finite();
    void note_choices(const StepPlan& plan) {
        for (const auto& [problem, implementation] : plan.compiled().choices) choices[problem] = implementation;
    }

    Device device;
    Network network;  // shares its parameters with the user's
    TrainerOptions options;
    std::shared_ptr<ParameterStore> store;
    std::unique_ptr<StepPlan> training, evaluation, prediction;
    KernelChoices choices;    // of all plans so far
    StepState state;          // of the training, between fits
    std::uint32_t epochs = 0; // trained so far: the shuffle of the next one differs
};

void Trainer::State::check(const data::Dataset& data) {
    data.check();
    if (data.size() == 0) throw Error(ErrorCode::invalid_argument, "[trainer] the data set " + data.name + " is empty");
    if (data.size() > 0xFFFFFFFEu) throw Error(ErrorCode::unsupported, "[trainer] a data set may have 2^32 - 2 images at most");
    if (network.input_names().size() != 1)
        throw Error(ErrorCode::invalid_argument, "[trainer] it feeds one image per sample, the network has " +
                                                     std::to_string(network.input_names().size()) + " inputs: train it by a Graph of your own");
    if (!network.built()) network.build({data.image_shape, options.scale, options.shift, data.classes}, options.seed);
    if (network.input().image_shape != data.image_shape)
        throw Error(ErrorCode::invalid_argument, "[trainer] the network takes images of " + to_string(network.input().image_shape) + ", " +
                                                     data.name + " has " + to_string(data.image_shape));
    const std::uint64_t outputs = network.output_shapes()[0].elements();
    const std::uint32_t largest = *std::max_element(data.labels.begin(), data.labels.end());
    if (largest >= outputs)
        throw Error(ErrorCode::invalid_argument, "[trainer] label " + std::to_string(largest) + " in " + data.name + ", but the network has " +
                                                     std::to_string(outputs) + " outputs");
}

std::shared_ptr<ParameterStore> Trainer::State::parameters() {
    if (!store) store = std::make_shared<ParameterStore>(device, network.parameters());
    store->state().take();  // another Trainer may have trained them
    return store;
}

StepSettings Trainer::State::settings(StepKind kind, std::uint32_t batch) const {
    StepSettings settings;
    settings.kind = kind;
    settings.batch = batch;
    settings.loss = {options.loss, options.class_weights, kind == StepKind::train};
    settings.optimizer = options.optimizer;
    settings.update = options.update;
    settings.compile = options.compile;
    return settings;
}

/// A plan is made anew when its shapes change; a data set of the same size takes the place of the one before.
StepPlan& Trainer::State::plan_for(std::unique_ptr<StepPlan>& cached, StepKind kind, const data::Dataset& data, std::uint32_t batch,
                                   const reference::ScheduleSettings& schedule) {
    parameters();
    // What the plan at hand holds is not in the way of the one that replaces it.
    std::uint64_t available = device.memory_available();
    if (cached) available += cached->data().bytes();
    nn::DataPlacement placement = nn::placement_of(device.vulkan(), data, batch, options.data_memory, available);
    placement.threads = options.data_threads;
    if (cached && cached->settings().batch == batch && cached->settings().schedule == schedule && cached->data().fits(data, placement)) {
        cached->data().upload(data);
        return *cached;
    }
    cached.reset();
    auto resident = std::make_shared<ResidentData>(device.vulkan(), data, placement);
    StepSettings chosen = settings(kind, batch);
    chosen.schedule = schedule;
    chosen.counts = kind == StepKind::evaluate;
    cached = std::make_unique<StepPlan>(device, network, resident, parameters(), chosen);
    note_choices(*cached);
    return *cached;
}

StepPlan& Trainer::State::training_plan(const data::Dataset& data, const FitOptions& fit, std::uint32_t train_count) {
    if (fit.batch == 0) throw Error(ErrorCode::invalid_argument, "[trainer] the batch must be at least 1");
    const std::uint64_t steps = (train_count + std::uint64_t{fit.batch} - 1) / fit.batch, per_update = std::max(options.update.accumulate, 1u);
    const auto schedule = nn::in_updates(options.schedule, (steps + per_update - 1) / per_update, fit.epochs);
    StepPlan& plan = plan_for(training, StepKind::train, data, fit.batch, schedule);
    begin_schedule(schedule);
    plan.set_pace({std::clamp(fit.steps_per_submit, 1u, ring_entries / 4), std::max(fit.submit_ms, 0.0)});
    return plan;
}

/// The first update's rate; the device goes on from there.
void Trainer::State::begin_schedule(const reference::ScheduleSettings& schedule) {
    state.base_learning_rate = learning_rate(options.optimizer);
    state.schedule_start = state.updates;
    state.learning_rate = static_cast<float>(double{state.base_learning_rate} * reference::schedule_factor(schedule, 0));
}

Totals Trainer::State::evaluate(StepPlan& plan, std::span<const std::uint32_t> order) const {
    Totals totals;
    StepState evaluation_state;
    plan.run_epoch(order, evaluation_state, [&](std::span<const StepRecord> records) {
        for (const StepRecord& record : records) totals.add(record);
        return true;
    });
    return totals;
}

/// A loss may be finite while its update overflows: what is to be kept as the last good state is looked at first.
bool Trainer::State::parameters_are_finite() {
    parameters()->fetch();
    for (const ParameterPtr& parameter : network.parameters())
        for (float value : parameter->host_values())
            if (!std::isfinite(value)) return false;
    return true;
}

void Trainer::State::fail_non_finite(StepPlan& plan, const StepRecord& last, std::uint32_t epoch) {
    const std::string where = plan.find_non_finite();
    ParameterStore::State& values = parameters()->state();
    values.restore_snapshot();
    // The moments may hold what the weights were saved from.
    using Kind = OperandRef::Kind;
    if (options.update.average_decay != 0) values.begin_averages();
    state.accumulated_steps = state.accumulated_rows = 0;
    for (Kind kind : {Kind::first_moments, Kind::second_moments})
        device.vulkan().fill({&values.arena(kind), 0, values.arena_bytes()}, 0);
    state.beta1_correction = state.beta2_correction = 0;
    state.halted = 0;
    const char* what = std::isnan(last.loss) ? "the loss became NaN" : std::isinf(last.loss) ? "the loss became infinite" : "the update overflowed";
    throw Error(ErrorCode::non_finite, std::string("[fit] ") + what + " at step " + std::to_string(last.step) + " (epoch " + std::to_string(epoch) +
                                           "); the first value that is not finite is in " + (where.empty() ? "no layer of a second run" : where) +
                                           ". The parameters are again those of the last completed epoch; a smaller learning rate may help");
}

Trainer::Trainer(Device& device, const Network& network, TrainerOptions options)
    : state_(std::make_unique<State>(device, network, options)) {}
Trainer::~Trainer() = default;

namespace {

/// Tells of quarantined kernels for as long as a fit() lasts: what its log refers to may not live longer.
class QuarantineLog {
  public:
    QuarantineLog(vulkan::Device& device, const std::function<void(const std::string&)>& log)
        : selection_(kernels::Selection::of(device)) {
        if (log) selection_.on_quarantine([log](const std::string& what) { log("quarantined: " + what); });
    }
    ~QuarantineLog() { selection_.on_quarantine({}); }
    QuarantineLog(const QuarantineLog&) = delete;
    QuarantineLog& operator=(const QuarantineLog&) = delete;

  private:
    kernels::Selection& selection_;
};

/// What one fit() has in hand besides the plans.
class Fit {
  public:
    Fit(const FitOptions& options, std::uint32_t train_count) : options_(options), train_count_(train_count) {}

    void begin_epoch(std::uint32_t epoch) {
        totals_ = {};
        progress_ = {epoch, options_.epochs, 0, train_count_, 0, 0, 0};
        started_ = Clock::now();
    }

    /// False: the user wants to stop.
    bool on_steps(std::span<const StepRecord> records) {
        for (const StepRecord& record : records) {
            totals_.add(record);
            last_ = record;
            if (options_.on_step) options_.on_step({record.step, record.loss, record.correct, record.live_rows});
        }
        progress_.done = totals_.samples;
        progress_.seconds = seconds_since(started_);
        progress_.loss = totals_.mean_loss();
        progress_.accuracy = totals_.accuracy();
        count_speed(records);
        if (options_.on_progress) options_.on_progress(progress_);
        stopped_ = stopped_ || (options_.should_stop && options_.should_stop());
        return !stopped_;
    }

    EpochResult epoch_result(std::uint32_t epoch, std::uint64_t steps) const {
        EpochResult result;
        result.epoch = epoch;
        result.steps = steps;
        result.loss = totals_.mean_loss();
        result.accuracy = totals_.accuracy();
        result.seconds = progress_.seconds;
        result.images_per_second = progress_.seconds > 0 ? static_cast<double>(totals_.samples) / progress_.seconds : 0;
        return result;
    }

    bool stopped() const { return stopped_; }
    const StepRecord& last() const { return last_; }
    double steady_images_per_second() const { return steady_seconds_ > 0 ? static_cast<double>(steady_samples_) / steady_seconds_ : 0; }

  private:
    /// Speed once warm: without what ends an epoch's first submit, or the first second of training.
    void count_speed(std::span<const StepRecord> records) {
        const Clock::time_point now = Clock::now();
        const bool first_of_epoch = totals_.samples == samples_of(records);
        if (!first_of_epoch && warm_) {
            steady_samples_ += samples_of(records);
            steady_seconds_ += std::chrono::duration<double>(now - last_time_).count();
        }
        warm_ = warm_ || progress_.seconds > 1.0 || progress_.epoch > 1 || progress_.done * 4 > progress_.samples;
        last_time_ = now;
    }
    static std::uint64_t samples_of(std::span<const StepRecord> records) {
        std::uint64_t samples = 0;
        for (const StepRecord& record : records) samples += record.live_rows;
        return samples;
    }

    const FitOptions& options_;
    std::uint64_t train_count_;
    Totals totals_;
    Progress progress_;
    StepRecord last_;
    Clock::time_point started_, last_time_;
    std::uint64_t steady_samples_ = 0;
    double steady_seconds_ = 0;
    bool warm_ = false, stopped_ = false;
};

}  // namespace

History Trainer::fit(const data::Dataset& data, const FitOptions& options) {
    State& s = *state_;
    s.check(data);
    if (!(options.validation_split >= 0 && options.validation_split < 1))
        throw Error(ErrorCode::invalid_argument, "[fit] the validation split must lie in [0, 1) and is " + std::to_string(options.validation_split));
    const auto size = static_cast<std::uint32_t>(data.size());
    // The slack keeps 1 - 0.1f from losing a sample to rounding.
    auto train_count = static_cast<std::uint32_t>(std::floor(size * (1.0 - double{options.validation_split}) + 1e-3));
    if (options.validation_count) train_count = size - static_cast<std::uint32_t>(std::min<std::uint64_t>(options.validation_count, size));
    if (train_count == 0) throw Error(ErrorCode::invalid_argument, "[fit] the validation split leaves no image to train on");
    const QuarantineLog quarantine_log(s.device.vulkan(), options.on_log);

    nn::Monitor monitor(options.early_stopping, options.reduce_on_plateau);
    StepPlan& plan = s.training_plan(data, options, train_count);
    s.network.set_choices(plan.compiled().choices);
    ParameterStore::State& values = s.parameters()->state();
    values.snapshot();
    if (options.on_log) options.on_log(plan.memory_report());
    History history;
    history.planned_bytes = plan.scratch_bytes();
    history.default_planned_bytes = plan.default_scratch_bytes();
    s.state.seed = static_cast<std::uint32_t>(s.options.seed) ^ static_cast<std::uint32_t>(s.options.seed >> 32);

    std::unique_ptr<StepPlan> validation;
    const std::vector<std::uint32_t> held_out = in_order(train_count, size);
    Fit fit(options, train_count);
    const plan::ReplayCounters before = plan.replay().counters();
    std::uint64_t objects_after_first = 0;
    const bool averages = s.options.update.average_decay != 0;
    for (std::uint32_t epoch = 1; epoch <= options.epochs && !fit.stopped() && !history.stopped_early; ++epoch) {
        const std::vector<std::uint32_t> order = options.shuffle ? shuffled(train_count, s.options.seed, s.epochs) : in_order(0, train_count);
        const std::uint32_t first_step = s.state.step;
        const double rate = double{s.state.learning_rate};
        fit.begin_epoch(epoch);
        const bool finite = plan.run_epoch(order, s.state, [&](std::span<const StepRecord> records) { return fit.on_steps(records); });
        if (!finite || !s.parameters_are_finite()) s.fail_non_finite(plan, fit.last(), epoch);
        EpochResult result = fit.epoch_result(epoch, s.state.step - first_step);
        result.learning_rate = rate;
        history.seconds += result.seconds;
        history.steps += result.steps;
        if (!fit.stopped()) {
            ++s.epochs;
            values.snapshot();
            if (averages) values.show_averages();
            if (!held_out.empty()) {
                if (!validation) {
                    StepSettings settings = s.settings(StepKind::evaluate, options.batch);
                    settings.replay = plan.replay().options();
                    validation = std::make_unique<StepPlan>(s.device, s.network, std::shared_ptr<ResidentData>(&plan.data(), [](ResidentData*) {}),
                                                            s.parameters(), settings);
                    s.note_choices(*validation);
                }
                const Totals totals = s.evaluate(*validation, held_out);
                result.validation_loss = totals.mean_loss();
                result.validation_accuracy = totals.accuracy();
            }
            monitor.epoch(result.validation_loss.value_or(result.loss));
            if (options.early_stopping && monitor.is_best()) values.keep_best();
            if (averages) values.restore_snapshot();
            s.state.base_learning_rate *= monitor.rate_factor();
            s.state.learning_rate *= monitor.rate_factor();
            history.stopped_early = monitor.stops();
        }
        if (epoch == 1) objects_after_first = s.device.vulkan().objects_created();
        history.epochs.push_back(result);
        if (options.on_epoch) options.on_epoch(result);
    }
    if (averages && s.state.updates > 0) values.show_averages();
    if (options.early_stopping && monitor.best_epoch() > 0) {
        values.restore_best();
        history.best_epoch = monitor.best_epoch();
    }
    const plan::ReplayCounters& after = plan.replay().counters();
    const double steps = static_cast<double>(std::max<std::uint64_t>(after.steps - before.steps, 1));
    history.stopped = fit.stopped();
    history.images_per_second = fit.steady_images_per_second();
    if (history.images_per_second == 0 && !history.epochs.empty()) history.images_per_second = history.epochs.back().images_per_second;
    history.cpu_us_per_step = (after.cpu_seconds - before.cpu_seconds) * 1e6 / steps;
    history.submits = after.submits - before.submits;
    history.streamed = plan.data().streamed();
    history.data_wait_seconds = after.starved_seconds - before.starved_seconds;
    if (history.seconds > 0) history.device_busy = 1 - std::clamp(history.data_wait_seconds / history.seconds, 0.0, 1.0);
    history.cut_steps = after.cut_steps - before.cut_steps;
    history.vulkan_calls_per_step = static_cast<double>(after.vulkan_calls - before.vulkan_calls) / steps;
    history.objects_after_first_epoch = history.epochs.empty() ? 0 : s.device.vulkan().objects_created() - objects_after_first;
    if (options.on_log && history.cut_steps)
        options.on_log(std::to_string(history.cut_steps) + " of " + std::to_string(history.steps) + " steps were cut into several submits to keep to " +
                       std::to_string(options.submit_ms) + " ms");
    return history;
}

Evaluation Trainer::evaluate(const data::Dataset& data, std::uint32_t batch) {
    State& s = *state_;
    s.check(data);
    batch = nn::batch_within(data, batch, s.options.data_memory);
    StepPlan& plan = s.plan_for(s.evaluation, StepKind::evaluate, data, batch);
    const Clock::time_point start = Clock::now();
    plan.clear_counts();
    const Totals totals = s.evaluate(plan, in_order(0, static_cast<std::uint32_t>(data.size())));
    Evaluation result;
    result.counts = plan.counts();
    result.seconds = seconds_since(start);
    result.accuracy = totals.accuracy();
    result.loss = totals.mean_loss();
    result.correct = totals.correct;
    result.count = totals.samples;
    result.images_per_second = result.seconds > 0 ? static_cast<double>(result.count) / result.seconds : 0;
    return result;
}

std::vector<float> Trainer::predict(const data::Dataset& data, std::uint32_t batch) {
    State& s = *state_;
    s.check(data);
    batch = nn::batch_within(data, batch, s.options.data_memory);
    StepPlan& plan = s.plan_for(s.prediction, StepKind::predict, data, batch);
    StepState state;
    const nn::ReadingEnd reading_end(plan.data());
    plan.begin_epoch(in_order(0, static_cast<std::uint32_t>(data.size())), state);
    std::vector<float> all;
    const std::uint64_t classes = s.network.output_shapes()[0].elements();
    for (std::uint64_t done = 0; done < data.size(); done += batch) {
        const std::vector<float> rows = plan.predict_batch();
        const std::uint64_t live = std::min<std::uint64_t>(batch, data.size() - done);
        all.insert(all.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(live * classes));
    }
    return all;
}

const KernelChoices& Trainer::choices() const { return state_->choices; }

}  // namespace hekla
