#include <hekla/plan.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include <hekla/error.h>

#include "base/half.h"
#include "plan/plan_state.h"

namespace hekla {

Plan compile(const Device& device, Graph& graph, const std::vector<Tensor>& outputs, std::shared_ptr<ParameterStore> store,
             const CompileOptions& options) {
    return Plan(plan::compile(device, graph, outputs, std::move(store), {options}));
}

Plan::Plan(std::unique_ptr<State> state) : state_(std::move(state)) {}
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;
Plan::~Plan() = default;

vulkan::BufferRange Plan::State::range_of(std::uint32_t value) const {
    const auto found = value < program.root.size() ? ranges.find(program.root[value]) : ranges.end();
    if (found == ranges.end())
        throw Error(ErrorCode::invalid_argument, "[plan] the tensor is neither an input nor an output of this plan");
    return found->second;
}

namespace {

const Value& value_in(const Plan::State& state, Tensor tensor) {
    if (!tensor || &tensor.graph() != state.graph)
        throw Error(ErrorCode::invalid_argument, "[plan] the tensor is empty or belongs to another Graph");
    return state.graph->value(tensor);
}

template <class T>
void set_value(Plan::State& state, Tensor input, std::span<const T> values, DType dtype) {
    if (!input || &input.graph() != state.graph)
        throw Error(ErrorCode::invalid_argument, "[plan] the tensor is empty or belongs to another Graph");
    const Value& value = value_in(state, input);
    if (value.kind != ValueKind::input)
        throw Error(ErrorCode::invalid_argument, "[plan] only inputs can be set; " + to_string(value.desc) + " is computed or a parameter");
    if (value.desc.dtype != dtype || value.desc.elements() != values.size())
        throw Error(ErrorCode::invalid_argument, "[plan] input " + value.name + " is " + to_string(value.desc) + ", " +
                                                     std::to_string(values.size()) + " values of " + name(dtype) + " were given");
    const vulkan::BufferRange range = state.range_of(input.id());
    state.device->upload({range.buffer, range.offset, values.size_bytes()}, std::as_bytes(values));
}

}  // namespace

void Plan::set(Tensor input, std::span<const float> values) { set_value(*state_, input, values, DType::f32); }
void Plan::set(Tensor input, std::span<const std::uint32_t> values) { set_value(*state_, input, values, DType::u32); }

void Plan::run() {
    state_->running().run(1);
    if (state_->writes_parameters) state_->store->state().mark_written();
}

std::vector<float> Plan::read(Tensor output) {
    const Value& value = value_in(*state_, output);
    const vulkan::BufferRange range = state_->range_of(output.id());
    // Other computed values have lost their memory to later ones.
    const auto& root = state_->program.root;
    const bool kept = std::any_of(state_->program.outputs.begin(), state_->program.outputs.end(),
                                  [&](std::uint32_t id) { return root[id] == root[output.id()]; });
    if (!kept && state_->graph->values()[root[output.id()]].kind == ValueKind::computed)
        throw Error(ErrorCode::invalid_argument, "[plan] " + to_string(value.desc) + " was not given as an output to compile");
    if (value.desc.dtype != DType::f32)
        throw Error(ErrorCode::invalid_argument, "[plan] only f32 values can be read, this one is " + to_string(value.desc));
    std::vector<float> values(value.desc.elements());
    if (state_->graph->values()[root[output.id()]].kind == ValueKind::parameter && state_->store->state().stored_as == DType::f16) {
        std::vector<std::uint16_t> halves(values.size());
        state_->device->download({range.buffer, range.offset, halves.size() * sizeof(std::uint16_t)}, std::as_writable_bytes(std::span(halves)));
        std::transform(halves.begin(), halves.end(), values.begin(), from_half);
        return values;
    }
    state_->device->download({range.buffer, range.offset, values.size() * sizeof(float)}, std::as_writable_bytes(std::span(values)));
    return values;
}

void Plan::State::run_steady() {
    if (steady_version == store->state().version) return;
    device->run_once([&](VkCommandBuffer cmd) { plan::emit(*device, cmd, steady); });
    steady_version = store->state().version;
}

plan::Replay& Plan::State::running() const {
    if (!replay)
        throw Error(ErrorCode::unsupported, "[plan] the application's device was adopted without a queue, so the plan can't run by itself: "
                                            "record it into a command buffer (hekla/vulkan.h), or give adopt() a queue");
    return *replay;
}

StepState Plan::State::read_step_state() const {
    StepState state;
    for (std::uint32_t id = 0; id < graph->values().size(); ++id)
        if (graph->values()[id].kind == ValueKind::step_state)
            device->download(range_of(id), std::as_writable_bytes(std::span(&state, 1)));
    return state;
}

std::vector<StepRecord> Plan::State::step_records(std::uint32_t first, std::uint32_t count) const {
    const auto& all = graph->values();
    const auto ring_value = std::find_if(all.begin(), all.end(), [](const Value& value) { return value.kind == ValueKind::step_ring; });
    if (ring_value == all.end()) throw Error(ErrorCode::internal, "[plan] a step without records was asked for them");
    const vulkan::BufferRange ring = range_of(static_cast<std::uint32_t>(ring_value - all.begin()));
    ring.buffer->invalidate(0, ring.buffer->bytes());
    std::vector<StepRecord> records(count);
    for (std::uint32_t i = 0; i < count; ++i)
        std::memcpy(&records[i], ring.buffer->mapped() + (first + i) % ring_entries * sizeof(StepRecord), sizeof(StepRecord));
    return records;
}

void Plan::State::write_step_word(std::size_t offset, std::uint32_t word) {
    for (std::uint32_t id = 0; id < graph->values().size(); ++id) {
        if (graph->values()[id].kind != ValueKind::step_state) continue;
        vulkan::BufferRange range = range_of(id);
        range.offset += offset;
        range.bytes = sizeof(word);
        device->upload(range, std::as_bytes(std::span(&word, 1)));
    }
}

void Plan::State::write_step_state(const StepState& state) {
    for (std::uint32_t id = 0; id < graph->values().size(); ++id)
        if (graph->values()[id].kind == ValueKind::step_state) device->upload(range_of(id), std::as_bytes(std::span(&state, 1)));
}

// Only the words that change: what else is in the state may be on its way through a step.
void Plan::set_random(std::uint32_t seed, std::uint32_t counter) {
    state_->write_step_word(offsetof(StepState, seed), seed);
    state_->write_step_word(offsetof(StepState, random_counter), counter);
}

void Plan::set_learning_rate(float rate) { state_->write_step_word(offsetof(StepState, learning_rate), std::bit_cast<std::uint32_t>(rate)); }

const KernelChoices& Plan::choices() const { return state_->choices; }
std::uint64_t Plan::scratch_bytes() const { return state_->scratch_bytes; }

}  // namespace hekla
