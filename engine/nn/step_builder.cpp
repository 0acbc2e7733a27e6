#include "nn/step_builder.h"

#include <algorithm>

#include <hekla/error.h>
#include <hekla/ops.h>

#include "ops/op_records.h"

namespace hekla {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[step] " + what); }

vulkan::BufferRange whole(const vulkan::Buffer& buffer) { return {&buffer, 0, buffer.bytes()}; }

Shape with_count(std::uint64_t count, const Shape& image) {
    std::vector<std::uint64_t> dims = {count};
    dims.insert(dims.end(), image.dims().begin(), image.dims().end());
    return Shape(dims);
}

}  // namespace

StepBuilder::State::State(const nn::ResidentData& data, const StepTrainerOptions& with, std::uint32_t rows, Sums& known)
    : options(with), batch(rows), sums(known) {
    std::vector<Tensor> ranges;
    for (const nn::ResidentData::Range& range : data.ranges()) {
        ranges.push_back(graph.input("images", {with_count(range.count, data.image_shape()), DType::u8}));
        bound[ranges.back().id()] = whole(*range.buffer);
    }
    const Tensor all_labels = graph.input("labels", {Shape{data.samples()}, DType::u32});
    bound[all_labels.id()] = whole(data.labels());
    order = graph.input("order", {Shape{data.samples()}, DType::u32});
    state = graph.step_state();
    graph.begin_layer("batch");
    images = gather_images(ranges, order, state, batch, options.scale, options.shift);
    labels = gather_labels(all_labels, order, state, batch, 0, false);
    graph.begin_layer("step");
}

void StepBuilder::State::finish(const reference::ScheduleSettings& schedule) {
    if (losses == 0) fail("nothing is minimized: call StepBuilder::minimize");
    if (losses > 1 && options.update.accumulate > 1)
        fail("gradients of several batches can be accumulated where there is one loss, this step has " + std::to_string(losses));
    graph.begin_layer("report");
    graph.set_phase(Phase::update);
    for (const Reported& one : reported) {
        const Tensor sum = graph.parameter(one.sum);
        assign(sum, add(sum, reshape(one.number, Shape{1})));
    }
    graph.begin_layer("advance");
    advance_step(state, options.optimizer, schedule);
}

std::vector<ParameterPtr> StepBuilder::State::parameters() const {
    std::vector<ParameterPtr> parameters;
    for (const Value& value : graph.values())
        if (value.kind == ValueKind::parameter) parameters.push_back(value.parameter);
    return parameters;
}

Graph& StepBuilder::graph() const { return state_->graph; }
std::uint32_t StepBuilder::batch() const { return state_->batch; }
Tensor StepBuilder::images() const { return state_->images; }
Tensor StepBuilder::labels() const { return state_->labels; }
Tensor StepBuilder::state() const { return state_->state; }

void StepBuilder::report(const std::string& name, Tensor number) {
    if (!number || &number.graph() != &state_->graph) fail("'" + name + "' is empty or belongs to another Graph");
    if (number.desc().dtype != DType::f32 || number.desc().elements() != 1)
        fail("'" + name + "' must be one number (mean_rows makes one of rows) and is " + to_string(number.desc()));
    for (const State::Reported& one : state_->reported)
        if (one.name == name) fail("there are two values called '" + name + "'");
    ParameterPtr& sum = state_->sums[name];
    if (!sum) sum = std::make_shared<Parameter>("report." + name, Shape{1}, std::vector<float>(1), false);
    state_->reported.push_back({name, number, sum});
}

void StepBuilder::minimize(const std::string& name, Tensor loss, std::span<const ParameterPtr> parameters) {
    report(name, loss);
    ++state_->losses;
    Graph& graph = state_->graph;
    graph.begin_layer(name);
    // Before the update, which must not happen when the loss is not finite.
    record_step(loss, graph.constant(Shape{state_->batch}, std::vector<float>(state_->batch)), state_->state);
    hekla::minimize(loss, parameters, state_->options.optimizer, state_->options.update);
    graph.begin_layer("step");
}

}  // namespace hekla
