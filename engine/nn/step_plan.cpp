#include "nn/step_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include <hekla/error.h>

#include "kernels/count_predictions.h"
#include "nn/epoch_state.h"
#include "nn/teacher.h"
#include "ops/op_records.h"

namespace hekla::nn {

/// The graph of a step, with the tensors that the host sets or reads.
struct StepPlan::StepGraph {
    Graph graph;
    std::vector<Tensor> images;  // one per range of the data set
    Tensor labels, order, ring_order, probabilities, counts;
    Tensor draws;                // of the augmentation
    std::uint32_t classes = 0;
    std::vector<Tensor> outputs;
    std::map<std::uint32_t, vulkan::BufferRange> bound;
};

namespace {

vulkan::BufferRange whole(const vulkan::Buffer& buffer) { return {&buffer, 0, buffer.bytes()}; }

/// Of random numbers: layers with some count from 0.
constexpr std::uint32_t augmentation_stream = 0x61756700;

/// A confusion matrix of more would not fit a binding of the smallest devices, or be read by anyone.
constexpr std::uint32_t most_counted_classes = 2048;

Shape with_count(std::uint64_t count, const Shape& image) {
    std::vector<std::uint64_t> dims = {count};
    dims.insert(dims.end(), image.dims().begin(), image.dims().end());
    return Shape(dims);
}

bool is_mixed(const StepSettings& settings) { return settings.kind == StepKind::train && settings.compile.precision == Precision::mixed; }

/// Logits of the mean of what the network says of x and of its mirror image.
Tensor with_mirror_image(const Network& network, Tensor x, Tensor logits, Tensor state, const StepSettings& settings) {
    const Tensor mirrored = network.apply(std::vector<Tensor>{augment(x, {.flip = 1}, state)})[0];
    const auto mean = [](Tensor a, Tensor b) { return scale(add(a, b), 0.5f); };
    const bool by_softmax = std::holds_alternative<CrossEntropy>(settings.loss.loss) || std::holds_alternative<KlDivergence>(settings.loss.loss);
    if (!by_softmax || network.ends_in_softmax()) return mean(logits, mirrored);
    // The softmax of a distribution's logarithm is the distribution.
    return log(shift(mean(softmax(logits), softmax(mirrored)), 1e-30f));
}

void advance(Tensor state, const StepSettings& settings) {
    if (settings.kind == StepKind::train) advance_step(state, settings.optimizer, settings.schedule, is_mixed(settings) ? settings.loss_scaling.growth_steps : 0);
    else advance_step(state);
}

template <class StepGraph>
void add_loss(StepGraph& step, Tensor logits, Tensor teacher, Tensor state, const StepSettings& settings) {
    Graph& graph = step.graph;
    graph.begin_layer("loss");
    const auto classes = static_cast<std::uint32_t>(logits.shape().back());
    const Tensor labels = gather_labels(step.labels, step.order, state, settings.batch, classes, false);
    const auto one_hot = [&] {
        const Tensor rows = gather_labels(step.labels, step.order, state, settings.batch, classes, true);
        return settings.loss.mixed ? mix_rows(rows, step.draws, state) : rows;
    };
    Tensor loss = settings.loss.build(logits, labels, one_hot, state);
    if (teacher) loss = distilled_loss(*settings.distillation, loss, logits, teacher, one_hot(), state);
    // Before the update, which must not happen when the loss is not finite.
    record_step(loss, correct_rows(logits, labels), state);
    if (settings.counts && classes <= most_counted_classes) {
        step.classes = classes;
        step.counts = graph.input("counts", {Shape{kernels::CountPredictions::words(classes)}, DType::u32});
        count_predictions(logits, labels, step.counts);
    }
    if (settings.kind != StepKind::train) return;
    if (is_mixed(settings)) minimize_scaled(loss, settings.optimizer, settings.update);
    else minimize(loss, settings.optimizer, settings.update);
}

template <class StepGraph>
std::shared_ptr<StepGraph> make_graph(const Network& network, const ResidentData& data, const StepSettings& settings) {
    auto step = std::make_shared<StepGraph>();
    Graph& graph = step->graph;
    for (const ResidentData::Range& range : data.ranges()) {
        step->images.push_back(graph.input("images", {with_count(range.count, data.image_shape()), DType::u8}));
        step->bound[step->images.back().id()] = whole(*range.buffer);
    }
    step->labels = graph.input("labels", {Shape{data.samples()}, DType::u32});
    step->bound[step->labels.id()] = whole(data.labels());
    step->order = graph.input("order", {Shape{data.samples()}, DType::u32});
    step->ring_order = step->order;
    if (data.ring_order()) {
        step->ring_order = graph.input("rows of the ring", {Shape{data.samples()}, DType::u32});
        step->bound[step->ring_order.id()] = whole(*data.ring_order());
    }
    const Tensor state = graph.step_state();
    graph.begin_layer("batch");
    const InputInfo& input = network.input();
    Tensor x = gather_images(step->images, step->ring_order, state, settings.batch, input.scale, input.shift);
    if (is_on(settings.augmentation)) {
        const AugmentedBatch batch = augment_batch(x, settings.augmentation, state, augmentation_stream, input.scale, input.shift);
        x = batch.images;
        step->draws = batch.draws;
    }
    Tensor logits = network.apply(std::vector<Tensor>{x}, settings.kind == StepKind::train)[0];
    if (settings.test_time_flip) logits = with_mirror_image(network, x, logits, state, settings);
    if (logits.shape().rank() != 2)
        throw Error(ErrorCode::invalid_argument, "[trainer] the network's output must be one row of logits per image, it is " + to_string(logits.shape()));
    if (settings.kind == StepKind::predict) {
        graph.begin_layer("probabilities");
        step->probabilities = network.ends_in_softmax() ? logits : softmax(logits);
        step->outputs = {step->probabilities};
    } else {
        const bool taught = settings.kind == StepKind::train && settings.distillation;
        add_loss(*step, logits, taught ? teacher_logits(settings.distillation->teacher, x, input) : Tensor(), state, settings);
    }
    graph.begin_layer("advance");
    graph.set_phase(Phase::update);
    advance(state, settings);
    return step;
}

/// A plan that is only measured.
template <class StepGraph>
std::unique_ptr<Plan::State> measured(const Device& device, const Network& network, const ResidentData& data,
                                      const std::shared_ptr<ParameterStore>& store, const StepSettings& settings) {
    const auto step = make_graph<StepGraph>(network, data, settings);
    plan::CompileOptions options{settings.compile};
    options.bound = step->bound;
    options.dry_run = true;
    std::unique_ptr<Plan::State> state = plan::compile(device, step->graph, step->outputs, store, options);
    state->graph = nullptr;  // it goes with this function
    return state;
}

/// The largest batch whose plan fits what is available, by measuring plans without making them; 0 if none.
template <class StepGraph>
std::uint32_t largest_batch(const Device& device, const Network& network, const ResidentData& data,
                            const std::shared_ptr<ParameterStore>& store, StepSettings settings) {
    const auto fits = [&](std::uint32_t batch) {
        settings.batch = batch;
        try {
            return measured<StepGraph>(device, network, data, store, settings)->total_bytes <= device.memory_available();
        } catch (const Error&) {
            return false;  // a tensor larger than a binding: too large as well
        }
    };
    std::uint32_t low = 0, high = settings.batch;
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

}  // namespace

StepPlan::StepPlan(const Device& device, const Network& network, std::shared_ptr<ResidentData> data,
                   const std::shared_ptr<ParameterStore>& store, const StepSettings& settings)
    : device_(device.shared()), settings_(settings), data_(std::move(data)) {
    if (settings.batch == 0) throw Error(ErrorCode::invalid_argument, "[trainer] the batch must be at least 1");
    graph_ = make_graph<StepGraph>(network, *data_, settings);
    plan::CompileOptions options{settings.compile};
    options.bound = graph_->bound;
    options.replay = settings.replay;
    options.fuse = settings.fuse;
    options.replay.steps_per_submit = std::min(settings.replay.steps_per_submit, data_->most_steps(settings.batch));
    try {
        state_ = plan::compile(device, graph_->graph, graph_->outputs, store, options);
    } catch (const Error& error) {
        const bool too_large = error.code() == ErrorCode::out_of_memory || (error.code() == ErrorCode::unsupported && settings.batch > 1);
        if (!too_large) throw;
        const std::uint32_t fits = largest_batch<StepGraph>(device, network, *data_, store, settings);
        if (fits == 0) throw Error(error.code(), std::string(error.what()) + "; no batch fits, not even 1");
        throw Error(error.code(), std::string(error.what()) + "; the largest batch that fits is " + std::to_string(fits));
    }
    default_scratch_bytes_ = state_->scratch_bytes;
    if (settings.compile == CompileOptions{}) return;
    StepSettings by_default = settings;
    by_default.compile = {};
    default_scratch_bytes_ = measured<StepGraph>(device, network, *data_, store, by_default)->scratch_bytes;
}

std::string StepPlan::memory_report() const {
    const auto megabytes = [](std::uint64_t bytes) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
        return std::string(text);
    };
    const ParameterStore::State& store = state_->store->state();
    std::uint64_t parameter_bytes = 0;
    const std::uint64_t data_bytes = data_->bytes();
    for (const auto* buffer : {&store.values, &store.gradients, &store.first_moments, &store.second_moments, &store.gradient_sums, &store.averages, &store.masks, &store.saved, &store.best})
        if (*buffer) parameter_bytes += (*buffer)->bytes();
    return "memory: intermediate values " + megabytes(state_->scratch_bytes) + " (at least " + megabytes(state_->scratch_bound_bytes) +
           (settings_.compile == CompileOptions{} ? "" : "; " + megabytes(default_scratch_bytes_) + " by default") + "), parameters and optimizer " + megabytes(parameter_bytes) + (data_->streamed() ? ", ring of data " : ", data ") + megabytes(data_bytes) + "; " +
           megabytes(device_->memory_available()) + " free";
}

void StepPlan::place_in_epoch(std::span<const std::uint32_t> order, const StepState& state) {
    const vulkan::BufferRange range = state_->range_of(graph_->order.id());
    device_->upload({range.buffer, range.offset, order.size_bytes()}, std::as_bytes(order));
    state_->write_step_state(state);
    order_.assign(order.begin(), order.end());
    predicted_ = state.cursor;
    read_ahead(state.cursor);
}

/// Starts to bring in the images from a place in the order on, of a set that is streamed.
void StepPlan::read_ahead(std::uint64_t position) {
    data_->begin(order_, position);
    reads_ahead_ = true;
}

void StepPlan::begin_epoch(std::span<const std::uint32_t> order, StepState& state) {
    nn::begin_epoch(state, static_cast<std::uint32_t>(order.size()), settings_.batch);
    place_in_epoch(order, state);
}

void StepPlan::set_pace(plan::ReplayOptions options) {
    options.steps_per_submit = std::min(options.steps_per_submit, data_->most_steps(settings_.batch));
    replay().set_options(options);
}

bool StepPlan::run_epoch(std::span<const std::uint32_t> order, StepState& state,
                         const std::function<bool(std::span<const StepRecord>)>& on_steps) {
    if (order.empty()) return true;
    begin_epoch(order, state);
    return run_rest(state, on_steps);
}

bool StepPlan::run_rest(StepState& state, const std::function<bool(std::span<const StepRecord>)>& on_steps) {
    if (settings_.kind == StepKind::train) state_->store->state().mark_written();
    std::exception_ptr unreadable;
    if (!reads_ahead_) read_ahead(state.cursor);
    reads_ahead_ = false;
    const ReadingEnd reading_end(*data_);
    const bool finite = replay_rest(state, on_steps, unreadable);
    state = state_->read_step_state();
    if (unreadable) std::rethrow_exception(unreadable);
    return finite;
}

bool StepPlan::replay_rest(const StepState& state, const std::function<bool(std::span<const StepRecord>)>& on_steps,
                           std::exception_ptr& unreadable) {
    const std::uint32_t first_step = state.step;
    const std::uint64_t done = state.epoch_step, all = (std::uint64_t{state.samples} + settings_.batch - 1) / settings_.batch;
    std::uint32_t next = first_step;
    bool finite = true;
    const auto completed = [&](std::uint32_t ended) {
        if (!finite) return false;  // what was in flight behind the step that halted did nothing
        std::vector<StepRecord> ended_records = state_->step_records(next, ended);
        next += ended;
        for (std::size_t i = 0; i < ended_records.size() && finite; ++i)
            if (!std::isfinite(ended_records[i].loss)) {
                finite = false;
                ended_records.resize(i + 1);
            }
        // The images of a step that halted stay: its first value that is not finite is looked for with them.
        if (finite) data_->release(position_after(done + next - first_step));
        const bool go_on = !on_steps || on_steps(ended_records);
        return go_on && finite;
    };
    const auto admit = [&](std::uint64_t begun, std::uint32_t count) {
        try {
            data_->wait(position_after(done + begun + count));
            return true;
        } catch (...) {
            unreadable = std::current_exception();
            return false;
        }
    };
    const std::uint64_t steps = all - std::min(done, all);
    if (data_->streamed()) replay().run(steps, completed, admit);
    else replay().run(steps, completed);
    return finite;
}

void StepPlan::clear_counts() {
    if (graph_->counts) device_->fill(state_->range_of(graph_->counts.id()), 0);
}

PredictionCounts StepPlan::counts() const {
    if (!graph_->counts) return {};
    std::vector<std::uint32_t> words(graph_->counts.desc().elements());
    const vulkan::BufferRange range = state_->range_of(graph_->counts.id());
    device_->download({range.buffer, range.offset, words.size() * 4}, std::as_writable_bytes(std::span(words)));
    PredictionCounts counts{.classes = graph_->classes, .confusion = {}, .ranks = {}, .scores = {}};
    const auto confusion_end = words.begin() + std::ptrdiff_t{counts.classes} * counts.classes, ranks_end = confusion_end + counts.classes;
    counts.confusion.assign(words.begin(), confusion_end);
    counts.ranks.assign(confusion_end, ranks_end);
    counts.scores.assign(ranks_end, words.end());
    return counts;
}

std::vector<float> StepPlan::predict_batch() {
    predicted_ = std::min<std::uint64_t>(predicted_ + settings_.batch, order_.size());
    data_->wait(predicted_);
    replay().run(1);
    data_->release(predicted_);
    const vulkan::BufferRange range = state_->range_of(graph_->probabilities.id());
    std::vector<float> values(graph_->probabilities.desc().elements());
    device_->download({range.buffer, range.offset, values.size() * sizeof(float)}, std::as_writable_bytes(std::span(values)));
    return values;
}

}  // namespace hekla::nn
