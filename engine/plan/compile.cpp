// compile(): extract, fuse, lower and pick kernels, plan memory, plan barriers, record.

#include <algorithm>
#include <cstring>
#include <set>

#include <hekla/error.h>

#include "kernels/conv2d.h"
#include "kernels/device_kernels.h"
#include "kernels/in_place.h"
#include "ops/update.h"
#include "plan/barrier_plan.h"
#include "plan/fusion.h"
#include "plan/memory_plan.h"
#include "plan/plan_state.h"
#include "plan/recompute.h"
#include "plan/steady.h"
#include "plan/storage.h"

namespace hekla::plan {
namespace {

using Kind = OperandRef::Kind;

/// Memory that calls refer to before it exists.
struct Place {
    std::uint64_t bytes = 0;
    bool temporary = false;               // placed by the memory plan
    bool kept = false;                    // scratch that a steady call writes
    std::uint32_t first = ~0u, last = 0;  // calls that touch it
    std::uint32_t value = ~0u;            // root value, or ~0 for scratch and arenas
    vulkan::BufferRange range;

    void touch(std::uint32_t call) {
        first = std::min(first, call);
        last = std::max(last, call);
    }
};

struct PlannedCall {
    kernels::KernelCall call;
    std::vector<std::uint32_t> places;  // by operand
    std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;  // values and their places
    std::uint32_t layer = 0;
    Phase phase = Phase::forward;
};

class Compiler {
  public:
    Compiler(const Device& device, Graph& graph, const std::vector<Tensor>& outputs, std::shared_ptr<ParameterStore> store,
             const CompileOptions& options)
        : device_(device.vulkan()), graph_(graph), options_(options), state_(std::make_unique<Plan::State>()) {
        state_->device = device.shared();
        state_->graph = &graph;
        std::vector<std::uint32_t> ids;
        for (Tensor output : outputs) {
            if (!output || &output.graph() != &graph)
                throw Error(ErrorCode::invalid_argument, "[compile] an output is empty or belongs to another Graph");
            ids.push_back(output.id());
        }
        state_->program = extract(graph, ids);
        state_->store = store ? std::move(store) : own_store(device);
    }

    std::unique_ptr<Plan::State> compile() {
        if (options_.fuse) fuse();
        place_gradients();
        if (options_.memory == Memory::low) recompute(state_->program, graph_, [this](std::uint32_t root) { return is_temporary(root); });
        lower();
        keep_steady();
        if (!options_.dry_run) kernels::DeviceKernels::of(device_).compiled();
        place_memory();
        if (options_.dry_run) return std::move(state_);
        allocate();
        prepare();
        if (device_.has_queue()) state_->replay = std::make_unique<Replay>(device_, state_->layers, options_.replay);
        if (state_->replay && !state_->steady.calls.empty()) state_->replay->before_run([state = state_.get()] { state->run_steady(); });
        if (state_->writes_parameters) state_->store->state().trained = true;
        return std::move(state_);
    }

  private:
    std::shared_ptr<ParameterStore> own_store(const Device& device) const {
        std::vector<ParameterPtr> parameters;
        for (const Value& value : graph_.values())
            if (value.kind == ValueKind::parameter) parameters.push_back(value.parameter);
        return std::make_shared<ParameterStore>(device, parameters, options_.precision);
    }

    void fuse() {
        fuse_activations(state_->program);
        fuse_dense_gradients(state_->program, graph_, [this](const kernels::DenseGeometry& g) { return kernels::DenseGradients::pays(device_, g); });
        fuse_activation_gradients(state_->program);
        fuse_bias_gradients(state_->program, graph_, [this](const Conv2dGeometry& g) { return kernels::Conv2dWeightAndBiasGradient::pays(device_, g); });
        fuse_loss(state_->program, graph_);
    }

    std::uint32_t root(std::uint32_t value) const { return state_->program.root[value]; }
    const Value& value_of(std::uint32_t id) const { return graph_.values()[id]; }

    /// A computed gradient with one reader, the update, is computed straight into the gradient arena.
    void place_gradients() {
        std::map<std::uint32_t, int> uses;
        for (const Node& node : state_->program.nodes)
            for (std::uint32_t input : node.inputs) ++uses[root(input)];
        for (std::uint32_t output : state_->program.outputs) uses[root(output)] += 2;
        // An alias between them counts its input as a reader too.
        for (const Node& node : state_->program.nodes)
            if (node.op->is_alias()) --uses[root(node.inputs[0])];
        for (const Node& node : state_->program.nodes) {
            state_->writes_parameters = state_->writes_parameters || node.op == &update_op || node.op == &assign_op || node.op == &running_average_op;
            if (node.op != &update_op) continue;
            const auto& a = node.as<UpdateAttributes>();
            for (std::size_t i = 0; i < a.parameters.size(); ++i) {
                const std::uint32_t gradient = root(node.inputs[i]);
                if (value_of(gradient).kind == ValueKind::computed && uses[gradient] == 1) gradient_of_[gradient] = a.parameters[i];
            }
        }
    }

    ArenaRange arena_place(std::uint32_t parameter) const {
        const ParameterStore::State& store = state_->store->state();
        const vulkan::BufferRange range = store.range_of(store.index_of(value_of(parameter).parameter));
        return {range.offset, range.bytes};
    }

    /// The arenas' ranges with the parameters of one update: neighbours together, the others' left out.
    std::vector<ArenaRange> ranges_of_update(const UpdateAttributes& update) const {
        std::vector<ArenaRange> places, ranges;
        for (std::uint32_t parameter : update.parameters) places.push_back(arena_place(parameter));
        std::sort(places.begin(), places.end(), [](const ArenaRange& l, const ArenaRange& r) { return l.offset_bytes < r.offset_bytes; });
        std::vector<ArenaRange> runs;
        for (const ArenaRange& place : places) {
            const std::uint64_t bytes = vulkan::align_up(place.bytes, vulkan::range_alignment);
            if (!runs.empty() && runs.back().offset_bytes + runs.back().bytes == place.offset_bytes) runs.back().bytes += bytes;
            else runs.push_back({place.offset_bytes, bytes});
        }
        // What one binding holds is a limit for each.
        for (const ArenaRange& bound : state_->store->state().ranges)
            for (const ArenaRange& run : runs) {
                const std::uint64_t first = std::max(bound.offset_bytes, run.offset_bytes);
                const std::uint64_t end = std::min(bound.offset_bytes + bound.bytes, run.offset_bytes + run.bytes);
                if (first < end) ranges.push_back({first, end - first});
            }
        return ranges;
    }

    // Lower -----------------------------------------------------------------------------------------
    void lower() {
        Lowering::Surroundings surroundings;
        surroundings.other_ranges = state_->store->state().other_ranges;
        surroundings.in_place = [this](std::uint32_t gradient, std::uint32_t parameter) {
            const auto found = gradient_of_.find(root(gradient));
            return found != gradient_of_.end() && found->second == parameter;
        };
        surroundings.place = [this](std::uint32_t parameter) { return arena_place(parameter); };
        std::vector<std::vector<LoweredCall>> lowered;  // by node
        for (const Node& node : state_->program.nodes) {
            if (node.op == &update_op) surroundings.arena_ranges = ranges_of_update(node.as<UpdateAttributes>());
            Lowering lowering(graph_, surroundings);
            if (!node.op->is_alias()) node.op->lower(node, lowering);
            lowered.push_back(std::move(lowering.calls()));
        }
        choose_storage(lowered);
        find_last_reads();
        for (std::size_t i = 0; i < lowered.size(); ++i) {
            const Node& node = state_->program.nodes[i];
            if (node.op->is_alias()) continue;
            begin_outputs(node);
            if (options_.memory == Memory::low && lowered[i].size() == 1) put_in_place(lowered[i][0], last_reads_[i]);
            for (LoweredCall& call : lowered[i]) {
                const kernels::OperandMask given = half_operands(state_->program, call, half_parameters_);
                call.problem = as_stored(device_, call, half_operands(state_->program, call, half_) | given, given);
                if (!call.problem)
                    throw Error(ErrorCode::unsupported, std::string("[compile] ") + node.op->name + " can't work on parameters of 16 bits: use Precision::f32");
                add_calls(node, call);
            }
        }
    }

    /// Values of 16 bits, where the precision asks for them.
    void choose_storage(const std::vector<std::vector<LoweredCall>>& lowered) {
        if (state_->store->state().stored_as == DType::f16) {
            if (state_->writes_parameters)
                throw Error(ErrorCode::invalid_argument, "[compile] parameters of 16 bits can't be trained: use Precision::mixed");
            for (std::uint32_t id = 0; id < graph_.values().size(); ++id)
                if (value_of(id).kind == ValueKind::parameter) half_parameters_.insert(id);
        }
        if (options_.precision == Precision::f32) return;
        std::vector<const LoweredCall*> calls;
        std::set<std::uint32_t> wanted;
        for (std::size_t i = 0; i < lowered.size(); ++i) {
            for (const LoweredCall& call : lowered[i]) calls.push_back(&call);
            for (std::uint32_t output : state_->program.nodes[i].outputs)
                if (is_temporary(root(output)) && value_of(root(output)).desc.dtype == DType::f32) wanted.insert(root(output));
        }
        half_ = stored_half(device_, state_->program, calls, std::move(wanted), half_parameters_);
    }

    DType stored_as(std::uint32_t key) const { return half_.contains(key) || half_parameters_.contains(key) ? DType::f16 : value_of(key).desc.dtype; }

    /// What is made a second time (plan/recompute.h) lies in memory of its own.
    void begin_outputs(const Node& node) {
        for (std::uint32_t output : node.outputs)
            if (!made_.insert(root(output)).second) value_places_.erase(root(output));
    }

    /// By node: roots that nobody reads later, as they are now.
    void find_last_reads() {
        const std::vector<Node>& nodes = state_->program.nodes;
        last_reads_.resize(nodes.size());
        std::set<std::uint32_t> read_later;
        for (std::size_t i = nodes.size(); i-- > 0;) {
            if (nodes[i].op->is_alias()) continue;
            for (std::uint32_t output : nodes[i].outputs) read_later.erase(root(output));
            for (std::uint32_t input : nodes[i].inputs)
                if (read_later.insert(root(input)).second) last_reads_[i].insert(root(input));
        }
    }

    /// Lets the result of a call take the memory of an operand that is read here for the last time.
    void put_in_place(LoweredCall& lowered, const std::set<std::uint32_t>& last_reads) {
        const OperandRef result = lowered.operands.back();
        if (result.kind != Kind::value || !is_temporary(root(result.value))) return;
        const auto takes = [&](std::size_t into) {
            const OperandRef& operand = lowered.operands[into];
            const auto same = [&](const OperandRef& other) { return other.kind == Kind::value && root(other.value) == root(operand.value); };
            const auto half = [&](const OperandRef& other) { return other.kind == Kind::value && half_.contains(root(other.value)); };
            // Numbers of 16 bits are read through texel buffers, which are read-only.
            if (std::any_of(lowered.operands.begin(), lowered.operands.end(), half)) return false;
            return operand.kind == Kind::value && is_temporary(root(operand.value)) && last_reads.contains(root(operand.value)) &&
                   value_of(root(operand.value)).desc.bytes() == value_of(root(result.value)).desc.bytes() &&
                   std::count_if(lowered.operands.begin(), lowered.operands.end(), same) == 1;
        };
        for (std::uint32_t into = 0; into + 1 < lowered.operands.size(); ++into) {
            if (!takes(into)) continue;
            auto in_place = std::make_shared<kernels::InPlace>(lowered.problem, into);
            if (in_place->implementations(device_).empty()) continue;
            lowered.problem = std::move(in_place);
            value_places_[root(result.value)] = value_place(lowered.operands[into].value);
            lowered.operands.pop_back();
            return;
        }
    }

    kernels::Implementation choose(const kernels::Problem& problem) {
        // Only measuring: whatever runs in the end, nothing is timed for it.
        kernels::DeviceKernels& device_kernels = kernels::DeviceKernels::of(device_);
        kernels::Implementation chosen = options_.dry_run ? device_kernels.selection().select(problem) : device_kernels.choose(problem);
        state_->choices[problem.full_name()] = chosen.name;
        return chosen;
    }

    void add_calls(const Node& node, const LoweredCall& lowered) {
        const kernels::Implementation implementation = choose(*lowered.problem);
        std::vector<std::uint32_t> places;
        for (const OperandRef& operand : lowered.operands) places.push_back(place_of(operand));
        for (std::uint64_t bytes : implementation.scratch_bytes) {
            places.push_back(static_cast<std::uint32_t>(places_.size()));
            places_.push_back({.bytes = vulkan::align_up(std::max<std::uint64_t>(bytes, 16), 16), .temporary = true});
        }
        for (const kernels::KernelCall& call : implementation.calls) {
            PlannedCall planned{call, places, {}, node.layer, node.phase};
            for (const kernels::Slot& slot : call.slots) places_[places[slot.operand]].touch(static_cast<std::uint32_t>(calls_.size()));
            if (&call == &implementation.calls.back())
                for (std::uint32_t output : node.outputs) planned.writes.emplace_back(output, value_place(output));
            calls_.push_back(std::move(planned));
        }
    }

    std::uint32_t place_of(const OperandRef& operand) {
        if (operand.kind == Kind::value) return value_place(operand.value);
        Place place;
        place.bytes = operand.bytes;
        if (!options_.dry_run) place.range = {&state_->store->state().arena(operand.kind), operand.offset_bytes, operand.bytes};
        places_.push_back(place);
        return static_cast<std::uint32_t>(places_.size() - 1);
    }

    std::uint32_t value_place(std::uint32_t id) {
        const std::uint32_t key = root(id);
        if (const auto known = value_places_.find(key); known != value_places_.end()) return known->second;
        const Value& value = value_of(key);
        Place place{.bytes = kernels::range_bytes(value.desc.elements(), stored_as(key)), .value = key};
        if (place.bytes > device_.caps().max_storage_range_bytes && !options_.bound.contains(key))
            throw Error(ErrorCode::unsupported, "[compile] a tensor " + to_string(value.desc) + " has " + std::to_string(place.bytes) +
                                                    " bytes, a binding of this device holds " + std::to_string(device_.caps().max_storage_range_bytes) +
                                                    ": use a smaller batch");
        place.temporary = is_temporary(key);
        if (!options_.dry_run) {
            ParameterStore::State& store = state_->store->state();
            if (const auto bound = options_.bound.find(key); bound != options_.bound.end()) place.range = bound->second;
            else if (value.kind == ValueKind::parameter) place.range = store.range_of(store.index_of(value.parameter));
            else if (const auto gradient = gradient_of_.find(key); gradient != gradient_of_.end())
                place.range = {&store.arena(Kind::gradients), arena_place(gradient->second).offset_bytes, place.bytes};
        }
        places_.push_back(place);
        return value_places_[key] = static_cast<std::uint32_t>(places_.size() - 1);
    }

    /// Whether the memory plan places a root.
    bool is_temporary(std::uint32_t key) const {
        return value_of(key).kind == ValueKind::computed && !gradient_of_.contains(key) && !is_output(key);
    }

    bool is_output(std::uint32_t key) const {
        return std::any_of(state_->program.outputs.begin(), state_->program.outputs.end(), [&](std::uint32_t output) { return root(output) == key; });
    }

    // Steady calls ------------------------------------------------------------------------------------
    /// Gives what depends on the parameters alone memory of its own, where the plan leaves them as they are.
    void keep_steady() {
        steady_.assign(calls_.size(), false);
        if (!options_.fuse || state_->writes_parameters || options_.memory == Memory::low) return;
        std::vector<CallPlaces> calls;
        for (const PlannedCall& planned : calls_) calls.push_back(places_of(planned));
        std::vector<SteadyPlace> places;
        for (const Place& place : places_) {
            const ValueKind kind = place.value == ~0u ? ValueKind::computed : value_of(place.value).kind;
            places.push_back({kind == ValueKind::parameter || kind == ValueKind::constant, place.temporary && place.value == ~0u, place.bytes});
        }
        steady_ = find_steady(calls, places);
        for (std::size_t i = 0; i < calls.size(); ++i)
            for (std::uint32_t place : calls[i].writes)
                if (steady_[i]) {
                    places_[place].temporary = false;
                    places_[place].kept = true;
                }
    }

    static CallPlaces places_of(const PlannedCall& planned) {
        CallPlaces places;
        const auto& bindings = planned.call.variant.shader->bindings;
        for (std::size_t i = 0; i < bindings.size(); ++i)
            (is_written(bindings[i]) ? places.writes : places.reads).push_back(planned.places[planned.call.slots[i].operand]);
        return places;
    }

    template <class Binding>
    static bool is_written(const Binding& binding) { return binding.kind == vulkan::BindingKind::storage && !binding.readonly; }

    // Memory ------------------------------------------------------------------------------------------
    void place_memory() {
        // Outputs may be inputs or parameters that no call touches; inputs may be set though nothing reads them.
        for (std::uint32_t output : state_->program.outputs) value_place(output);
        for (std::uint32_t id = 0; id < graph_.values().size(); ++id)
            if (value_of(id).kind == ValueKind::input || value_of(id).kind == ValueKind::step_state) value_place(id);
        std::vector<Lifetime> lifetimes;
        std::uint64_t persistent = 0;
        for (const Place& place : places_) {
            if (place.temporary) lifetimes.push_back({place.bytes, std::min(place.first, place.last), place.last});
            else if (owned(place) || place.kept) persistent += vulkan::align_up(place.bytes, vulkan::range_alignment);
        }
        memory_ = plan_memory(lifetimes, device_.caps().max_allocation_bytes);
        state_->scratch_bytes = memory_.total_bytes();
        state_->scratch_bound_bytes = memory_lower_bound(lifetimes);
        state_->total_bytes = state_->scratch_bytes + persistent;
    }

    bool owned(const Place& place) const {
        if (place.temporary || place.value == ~0u || options_.bound.contains(place.value) || gradient_of_.contains(place.value)) return false;
        return value_of(place.value).kind != ValueKind::parameter;
    }

    void allocate() {
        if (state_->total_bytes > device_.memory_available())
            throw Error(ErrorCode::out_of_memory, "[compile] the plan needs " + std::to_string(state_->total_bytes) + " bytes, " +
                                                      std::to_string(device_.memory_available()) + " are available on " + device_.gpu().name);
        std::vector<vulkan::Buffer*> arenas;
        for (std::uint64_t bytes : memory_.arena_bytes) arenas.push_back(new_buffer(bytes, vulkan::MemoryUse::device, "scratch"));
        std::size_t next = 0;
        for (Place& place : places_) {
            if (place.temporary) {
                const MemoryPlan::Placement& at = memory_.placements[next++];
                place.range = {arenas[at.arena], at.offset, place.bytes};
            } else if (owned(place)) {
                allocate_value(place);
            } else if (place.kept) {
                place.range = {new_buffer(place.bytes, vulkan::MemoryUse::device, "steady"), 0, place.bytes};
            }
            if (place.value != ~0u) state_->ranges[place.value] = place.range;
        }
    }

    vulkan::Buffer* new_buffer(std::uint64_t bytes, vulkan::MemoryUse use, const char* label) {
        state_->buffers.push_back(std::make_unique<vulkan::Buffer>(device_, std::max<std::uint64_t>(bytes, 16), use, label));
        return state_->buffers.back().get();
    }

    void allocate_value(Place& place) {
        const Value& value = value_of(place.value);
        const bool ring = value.kind == ValueKind::step_ring;
        place.range = {new_buffer(place.bytes, ring ? vulkan::MemoryUse::readback : vulkan::MemoryUse::device, value.name.c_str()), 0, place.bytes};
        device_.fill(place.range, 0);
        if (value.kind == ValueKind::constant && !value.constant.empty())
            device_.upload({place.range.buffer, 0, value.constant.size() * 4}, std::as_bytes(std::span(value.constant)));
    }

    // Prepare -----------------------------------------------------------------------------------------
    void prepare() {
        state_->sets = std::make_unique<vulkan::DescriptorArena>(device_);
        std::vector<std::vector<Access>> accesses;
        for (std::size_t i = 0; i < calls_.size(); ++i) {
            const PlannedCall& planned = calls_[i];
            std::vector<vulkan::BufferRange> operands;
            for (std::uint32_t place : planned.places) operands.push_back(places_[place].range);
            if (steady_[i]) {
                state_->steady.calls.push_back({kernels::prepare(device_, *state_->sets, planned.call, operands), true, {}});
                continue;
            }
            if (state_->layers.empty() || planned.layer != layer_ || planned.phase != state_->layers.back().phase) {
                set_barriers(accesses);
                layer_ = planned.layer;
                state_->layers.push_back({graph_.layers()[planned.layer], planned.phase, {}});
            }
            accesses.push_back(accesses_of(planned, operands));
            std::vector<Written> writes;
            for (const auto& [value, place] : planned.writes) writes.push_back({value, places_[place].range, stored_as(root(value)) == DType::f16});
            state_->layers.back().calls.push_back({kernels::prepare(device_, *state_->sets, planned.call, operands), false, std::move(writes)});
        }
        set_barriers(accesses);
    }

    void set_barriers(std::vector<std::vector<Access>>& accesses) {
        if (accesses.empty()) return;
        const std::vector<bool> barriers = plan_barriers(accesses);
        for (std::size_t i = 0; i < barriers.size(); ++i) state_->layers.back().calls[i].barrier_before = barriers[i];
        accesses.clear();
    }

    static std::vector<Access> accesses_of(const PlannedCall& planned, std::span<const vulkan::BufferRange> operands) {
        std::vector<Access> accesses;
        const auto& bindings = planned.call.variant.shader->bindings;
        for (std::size_t i = 0; i < bindings.size(); ++i) {
            const vulkan::BufferRange& range = operands[planned.call.slots[i].operand];
            accesses.push_back({reinterpret_cast<std::uintptr_t>(range.buffer), range.offset, range.offset + range.bytes, is_written(bindings[i])});
        }
        return accesses;
    }

    vulkan::Device& device_;
    Graph& graph_;
    const CompileOptions& options_;
    std::unique_ptr<Plan::State> state_;
    std::map<std::uint32_t, std::uint32_t> gradient_of_;  // root value -> parameter value
    std::vector<Place> places_;
    std::map<std::uint32_t, std::uint32_t> value_places_;  // root value -> place, the newest
    std::set<std::uint32_t> made_;                         // roots that were lowered so far
    std::vector<std::set<std::uint32_t>> last_reads_;      // by node
    std::set<std::uint32_t> half_, half_parameters_;       // roots that are stored in 16 bits
    std::vector<PlannedCall> calls_;
    std::vector<bool> steady_;  // by call
    MemoryPlan memory_;
    std::uint32_t layer_ = 0;
};

}  // namespace

std::unique_ptr<Plan::State> compile(const Device& device, Graph& graph, const std::vector<Tensor>& outputs,
                                     std::shared_ptr<ParameterStore> store, const CompileOptions& options) {
    return Compiler(device, graph, outputs, std::move(store), options).compile();
}

}  // namespace hekla::plan
