#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include <hekla/error.h>
#include <hekla/nn.h>

#include "kernels/selection.h"
#include "nn/checkpoint.h"
#include "nn/epoch_state.h"
#include "nn/fit_progress.h"
#include "nn/monitor.h"
#include "nn/sample_order.h"
#include "nn/schedule.h"
#include "nn/step_plan.h"
#include "nn/teacher.h"
#include "reference/reference.h"

namespace hekla {
namespace {

using nn::FitProgress;
using nn::in_order;
using nn::ResidentData;
using nn::seconds_since;
using nn::shuffled;
using nn::StepKind;
using nn::StepPlan;
using nn::StepSettings;
using nn::Totals;
using Clock = std::chrono::steady_clock;

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

}  // namespace

struct Trainer::State {
    State(Device& on, const Network& net, const TrainerOptions& with) : device(on), network(net), options(with) {
        if (!(options.loss_scaling.initial >= 1) || !std::isfinite(options.loss_scaling.initial) || options.loss_scaling.growth_steps == 0)
            throw Error(ErrorCode::invalid_argument, "[trainer] the loss scale must be a number from 1 and its growth_steps at least 1");
        if (options.compile.precision == Precision::mixed) state.loss_scale = options.loss_scaling.initial;
        if (with.distillation) options.distillation = nn::frozen_teacher(*with.distillation);
    }

    void check(const data::Dataset& data);
    std::shared_ptr<ParameterStore> parameters();
    StepSettings settings(StepKind kind, std::uint32_t batch) const;
    StepPlan& training_plan(const data::Dataset& data, const FitOptions& fit, std::uint32_t train_count);
    void begin_schedule(const reference::ScheduleSettings& schedule);
    StepPlan& plan_for(std::unique_ptr<StepPlan>& cached, StepKind kind, const data::Dataset& data, std::uint32_t batch,
                       const reference::ScheduleSettings& schedule = {}, const Augmentation& augmentation = {}, bool test_time_flip = false);
    Totals evaluate(StepPlan& plan, std::span<const std::uint32_t> order) const;
    [[noreturn]] void fail_non_finite(StepPlan& plan, const StepRecord& last, std::uint32_t epoch);
    void go_on_from(const Checkpoint& checkpoint, const StepPlan& plan, const FitOptions& fit);
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
    if (options.distillation) nn::check_teacher(options.distillation->teacher, network);
    const std::uint64_t outputs = network.output_shapes()[0].elements();
    const std::uint32_t largest = *std::max_element(data.labels.begin(), data.labels.end());
    if (largest >= outputs)
        throw Error(ErrorCode::invalid_argument, "[trainer] label " + std::to_string(largest) + " in " + data.name + ", but the network has " +
                                                     std::to_string(outputs) + " outputs");
}

std::shared_ptr<ParameterStore> Trainer::State::parameters() {
    if (!store) {
        std::vector<ParameterPtr> all = network.parameters();
        if (options.distillation) all.insert(all.end(), options.distillation->teacher.parameters().begin(), options.distillation->teacher.parameters().end());
        store = std::make_shared<ParameterStore>(device, std::move(all), options.compile.precision);
    }
    store->state().take();  // another Trainer may have trained them
    return store;
}

StepSettings Trainer::State::settings(StepKind kind, std::uint32_t batch) const {
    StepSettings settings;
    settings.kind = kind;
    settings.batch = batch;
    settings.loss = {options.loss, options.class_weights, kind == StepKind::train};
    if (kind == StepKind::train) settings.distillation = options.distillation;
    settings.optimizer = options.optimizer;
    settings.update = options.update;
    settings.compile = options.compile;
    settings.loss_scaling = options.loss_scaling;
    return settings;
}

/// A plan is made anew when its shapes change; a data set of the same size takes the place of the one before.
StepPlan& Trainer::State::plan_for(std::unique_ptr<StepPlan>& cached, StepKind kind, const data::Dataset& data, std::uint32_t batch,
                                   const reference::ScheduleSettings& schedule, const Augmentation& augmentation, bool test_time_flip) {
    parameters();
    // What the plan at hand holds is not in the way of the one that replaces it.
    std::uint64_t available = device.memory_available();
    if (cached) available += cached->data().bytes();
    nn::DataPlacement placement = nn::placement_of(device.vulkan(), data, batch, options.data_memory, available);
    placement.threads = options.data_threads;
    if (cached && cached->settings().batch == batch && cached->settings().schedule == schedule && cached->settings().augmentation == augmentation &&
        cached->settings().test_time_flip == test_time_flip && cached->data().fits(data, placement)) {
        cached->data().upload(data);
        return *cached;
    }
    cached.reset();
    auto resident = std::make_shared<ResidentData>(device.vulkan(), data, placement);
    StepSettings chosen = settings(kind, batch);
    chosen.schedule = schedule;
    chosen.augmentation = augmentation;
    chosen.test_time_flip = test_time_flip;
    chosen.loss.mixed = augmentation.mixup != 0;
    chosen.counts = kind == StepKind::evaluate;
    cached = std::make_unique<StepPlan>(device, network, resident, parameters(), chosen);
    note_choices(*cached);
    return *cached;
}

StepPlan& Trainer::State::training_plan(const data::Dataset& data, const FitOptions& fit, std::uint32_t train_count) {
    if (fit.batch == 0) throw Error(ErrorCode::invalid_argument, "[trainer] the batch must be at least 1");
    const std::uint64_t steps = (train_count + std::uint64_t{fit.batch} - 1) / fit.batch, per_update = std::max(options.update.accumulate, 1u);
    const auto schedule = nn::in_updates(options.schedule, (steps + per_update - 1) / per_update, fit.epochs);
    StepPlan& plan = plan_for(training, StepKind::train, data, fit.batch, schedule, fit.augmentation);
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
/// Everything but the position in the data, which is fit's.
void Trainer::State::go_on_from(const Checkpoint& checkpoint, const StepPlan& plan, const FitOptions& fit) {
    nn::check_choices(checkpoint, plan.compiled().choices);
    const StepState restored = nn::step_state_of(checkpoint.step_state);
    nn::write_tensors(parameters()->state(), checkpoint.tensors);
    if (!checkpoint.running) parameters()->state().snapshot();
    state = restored;
    epochs = checkpoint.trained_epochs;
    for (const auto& [problem, implementation] : checkpoint.choices) choices.emplace(problem, implementation);
    if (const std::string here = device.info().name; fit.on_log && here != checkpoint.device)
        fit.on_log("the checkpoint was made on " + checkpoint.device + ", this is " + here + ": the bits may differ from those of a run that never stopped");
}

void Trainer::State::fail_non_finite(StepPlan& plan, const StepRecord& last, std::uint32_t epoch) {
    const std::string where = plan.find_non_finite();
    parameters()->state().go_back(options.update.average_decay != 0);
    nn::go_back(state);
    const char* what = std::isnan(last.loss) ? "the loss became NaN" : std::isinf(last.loss) ? "the loss became infinite" : "the update overflowed";
    throw Error(ErrorCode::non_finite, std::string("[fit] ") + what + " at step " + std::to_string(last.step) + " (epoch " + std::to_string(epoch) +
                                           "); the first value that is not finite is in " + (where.empty() ? "no layer of a second run" : where) +
                                           ". The learning rate was " + short_number(double{state.learning_rate}) + "; the parameters are again those of the last completed epoch. " +
                                           "A smaller learning rate may help (--learning-rate " + short_number(double{state.learning_rate} / 10) +
                                           "), or limited gradients (--clip-norm 1)");
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
    const CheckpointOptions& checkpoints = options.checkpoint;
    std::map<std::string, std::string> settings;  // hashes of the data, too: only where they are needed
    if (checkpoints.save || checkpoints.resume) settings = nn::checkpoint_settings(s.options, options, data);
    if (checkpoints.resume) nn::check_settings(*checkpoints.resume, settings);
    StepPlan& plan = s.training_plan(data, options, train_count);
    s.network.set_choices(plan.compiled().choices);
    ParameterStore::State& values = s.parameters()->state();
    values.snapshot();
    if (options.on_log) options.on_log(plan.memory_report());
    History history;
    history.planned_bytes = plan.scratch_bytes();
    history.default_planned_bytes = plan.default_scratch_bytes();
    s.state.seed = static_cast<std::uint32_t>(s.options.seed) ^ static_cast<std::uint32_t>(s.options.seed >> 32);

    if (checkpoints.resume) {
        s.go_on_from(*checkpoints.resume, plan, options);
        monitor.remember(checkpoints.resume->monitor);
        history.epochs = checkpoints.resume->epochs;
        history.stopped_early = checkpoints.resume->stopped_early;
        for (const EpochResult& epoch : history.epochs) {
            history.seconds += epoch.seconds;
            history.steps += epoch.steps;
        }
    }
    const Checkpoint::Running* resumed = checkpoints.resume && checkpoints.resume->running ? &*checkpoints.resume->running : nullptr;

    std::unique_ptr<StepPlan> validation;
    const std::vector<std::uint32_t> held_out = in_order(train_count, size);
    FitProgress fit(options, train_count);
    const plan::ReplayCounters before = plan.replay().counters();
    std::uint64_t objects_after_first = 0;
    const bool averages = s.options.update.average_decay != 0;
    const auto save = [&](std::optional<Checkpoint::Running> running) {
        checkpoints.save({settings, s.device.info().name, s.choices, nn::read_tensors(values, running.has_value()), nn::words_of(s.state), s.epochs, history.epochs,
                          history.stopped_early, running, monitor.memory()});
        fit.checkpoint_saved();
    };
    const auto first_epoch = static_cast<std::uint32_t>(history.epochs.size()) + 1;
    for (std::uint32_t epoch = first_epoch; epoch <= options.epochs && !fit.stopped() && !history.stopped_early; ++epoch) {
        const std::vector<std::uint32_t> order = options.shuffle ? shuffled(train_count, s.options.seed, s.epochs) : in_order(0, train_count);
        const bool goes_on = resumed && epoch == first_epoch;
        const std::uint32_t first_step = goes_on ? resumed->first_step : s.state.step;
        const std::uint32_t first_skipped = goes_on ? resumed->first_skipped : s.state.skipped_steps;
        const double rate = goes_on ? resumed->learning_rate : double{s.state.learning_rate};
        if (goes_on) {
            if (resumed->order_hash != nn::hash_of(order))
                throw Error(ErrorCode::internal, "[resume] the order of the images is not the checkpoint's: another version of Hekla wrote it");
            fit.resume_epoch(epoch, *resumed);
            plan.place_in_epoch(order, s.state);
        } else {
            fit.begin_epoch(epoch);
            plan.begin_epoch(order, s.state);
        }
        for (bool whole = false; !whole;) {
            const bool finite = plan.run_rest(s.state, [&](std::span<const StepRecord> records) { return fit.on_steps(records); });
            if (!finite || !s.parameters()->state().all_finite()) s.fail_non_finite(plan, fit.last(), epoch);
            whole = fit.stopped() || s.state.cursor >= s.state.samples;
            if (!whole || (fit.stopped() && checkpoints.save)) save(fit.running(first_step, first_skipped, rate, order));
        }
        EpochResult result = fit.epoch_result(epoch, s.state.step - first_step);
        result.learning_rate = rate;
        history.seconds += result.seconds;
        history.steps += result.steps;
        history.skipped_steps += result.skipped_steps = s.state.skipped_steps - first_skipped;
        history.loss_scale = result.loss_scale = double{s.state.loss_scale};
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
        if (epoch == first_epoch) objects_after_first = s.device.vulkan().objects_created();
        history.epochs.push_back(result);
        if (options.on_epoch) options.on_epoch(result);
        // After on_epoch: what was told and written may be more than the checkpoint knows, never less.
        if (checkpoints.save && !fit.stopped()) save({});
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

Evaluation Trainer::evaluate(const data::Dataset& data, std::uint32_t batch) { return evaluate(data, EvaluateOptions{.batch = batch}); }

Evaluation Trainer::evaluate(const data::Dataset& data, const EvaluateOptions& options) {
    State& s = *state_;
    s.check(data);
    const std::uint32_t batch = nn::batch_within(data, options.batch, s.options.data_memory);
    StepPlan& plan = s.plan_for(s.evaluation, StepKind::evaluate, data, batch, {}, {}, options.test_time_flip);
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

std::vector<LayerTime> Trainer::layer_times() {
    if (!state_->training) return {};
    ParameterStore::State& values = state_->parameters()->state();
    values.snapshot();
    std::vector<LayerTime> times = state_->training->layer_times();
    values.restore_snapshot();  // running statistics
    return times;
}

const KernelChoices& Trainer::choices() const { return state_->choices; }

}  // namespace hekla
