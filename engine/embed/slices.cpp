// record_slice(): a plan's steps cut to a budget of time, over frames.

#include <algorithm>
#include <array>

#include <hekla/error.h>

#include "embed/bindings_state.h"
#include "plan/pacing.h"

namespace hekla {
namespace {

constexpr std::uint32_t remembered = 16;  // slices that can be discarded, and whose timestamps may be under way
constexpr double smallest_budget_ms = 0.05;

}  // namespace

struct SlicedPlan::State {
    /// What is remembered of a slice.
    struct Past {
        std::uint64_t number = ~0ull;
        plan::Pacer::Position began;
        std::uint64_t steps_before = 0;
        plan::Segment pieces;
        bool timed = false, read = false;
        std::array<std::uint64_t, 2> stamps = {};  // that were read last from these queries
    };

    State(const Plan& of, std::uint32_t steps)
        : plan(of.state()), device(plan.device), pacer(plan::costs_of(of.state().layers), 0), most_steps(std::max(steps, 1u)), stamps(*device, 2 * remembered) {
        for (const plan::LayerCalls& layer : plan.layers)
            for (const plan::LayerCall& call : layer.calls) calls.push_back(&call);
        // Reserved for as much as one slice may hold: recording allocates nothing. A step has one piece per call, and one
        // more where a slice begins within a call.
        for (Past& past : pasts) past.pieces.reserve(std::size_t{most_steps} * (calls.size() + 1) + 1);
        one_step.reserve(calls.size() + 1);
    }

    Past& past_of(std::uint64_t number) { return pasts[number % remembered]; }
    std::uint32_t query_of(std::uint64_t number) const { return static_cast<std::uint32_t>(number % remembered) * 2; }

    /// Learns from the slices whose timestamps have come in since.
    void poll() noexcept {
        for (Past& past : pasts) {
            if (past.number == ~0ull || !past.timed) continue;
            const auto now = stamps.poll_ns(query_of(past.number));
            // Before its commands run, a query still shows what an earlier slice wrote there.
            if (!now || *now == past.stamps) continue;
            if (past.read) twice = past.number;
            past.stamps = *now;
            past.read = true;
            if ((*now)[1] <= (*now)[0]) continue;
            const auto ns = static_cast<double>((*now)[1] - (*now)[0]);
            measured_ms = ns * 1e-6;
            pacer.measured(past.pieces, ns);
        }
    }

    /// Records up to the end of a step or of the budget; its expected time.
    double record_part(VkCommandBuffer cmd, const Bindings::State& bindings, double budget_ns, Past& past) {
        if (at == plan::Pacer::Position{}) embed::emit(*device, cmd, bindings.inputs, "inputs");
        one_step.clear();
        const double expected = pacer.take(at, budget_ns, one_step);
        for (const plan::Piece& piece : one_step) {
            hekla::plan::emit(*device, cmd, *calls[piece.call], piece, &piece == &one_step.front());
            past.pieces.push_back(piece);
        }
        if (pacer.at_end(at)) {
            embed::emit(*device, cmd, bindings.outputs, "outputs");
            at = {};
            ++steps;
        }
        return expected;
    }

    const Plan::State& plan;
    std::shared_ptr<vulkan::Device> device;
    plan::Pacer pacer;
    std::uint32_t most_steps;
    vulkan::Timestamps stamps;
    std::vector<const plan::LayerCall*> calls;
    plan::Pacer::Position at;
    std::uint64_t next = 0, steps = 0;
    double measured_ms = 0;
    std::array<Past, remembered> pasts;
    plan::Segment one_step;
    std::uint64_t twice = ~0ull;      // a slice that ran more than once
    bool other_plan = false;
};

SlicedPlan::SlicedPlan(const Plan& plan, std::uint32_t steps_per_slice) : state_(std::make_unique<State>(plan, steps_per_slice)) {}
SlicedPlan::SlicedPlan(SlicedPlan&&) noexcept = default;
SlicedPlan::~SlicedPlan() = default;

void SlicedPlan::discard(const Slice& slice) {
    State::Past& past = state_->past_of(slice.number);
    if (slice.number >= state_->next || past.number != slice.number)
        throw Error(ErrorCode::invalid_argument, "[slices] slice " + std::to_string(slice.number) + " can't be discarded: the newest is " +
                                                     (state_->next ? std::to_string(state_->next - 1) : "none") + ", and the last " +
                                                     std::to_string(remembered) + " are remembered");
    state_->at = past.began;
    state_->steps = past.steps_before;
    for (std::uint64_t number = slice.number; number < state_->next; ++number) {
        State::Past& void_one = state_->past_of(number);
        void_one.number = ~0ull;
        void_one.timed = false;
    }
    state_->next = slice.number;
}

std::uint64_t SlicedPlan::steps() const { return state_->steps; }
bool SlicedPlan::between_steps() const { return state_->at == plan::Pacer::Position{}; }
double SlicedPlan::measured_ms() const {
    state_->poll();
    return state_->measured_ms;
}

void SlicedPlan::check() const {
    state_->poll();
    if (state_->other_plan) throw Error(ErrorCode::invalid_argument, "[slices] a slice was asked for with bindings of another plan");
    if (state_->twice != ~0ull)
        throw Error(ErrorCode::invalid_argument, "[slices] slice " + std::to_string(state_->twice) +
                                                     " ran more than once: submit each slice's commands once, and discard() what is never submitted");
}

Slice record_slice(SlicedPlan& sliced, const Bindings& bindings, VkCommandBuffer cmd, double budget_ms) noexcept {
    SlicedPlan::State& state = sliced.state();
    if (&bindings.state().plan != &state.plan) {
        state.other_plan = true;
        return {};
    }
    state.poll();
    const double budget_ns = std::max(budget_ms, smallest_budget_ms) * 1e6;
    SlicedPlan::State::Past& past = state.past_of(state.next);
    past.number = state.next;
    past.began = state.at;
    past.steps_before = state.steps;
    past.pieces.clear();
    past.read = false;
    past.timed = state.stamps.available();
    const std::uint32_t query = state.query_of(state.next);
    state.stamps.reset(cmd, query, 2);
    state.stamps.write(cmd, query);
    double expected = 0;
    do {
        expected += state.record_part(cmd, bindings.state(), budget_ns - expected, past);
    } while (state.at == plan::Pacer::Position{} && state.steps - past.steps_before < state.most_steps &&
             expected + state.pacer.step_ns() <= budget_ns);
    state.stamps.write(cmd, query + 1);
    if (state.plan.writes_parameters) state.plan.store->state().mark_written();
    return {state.next++, static_cast<std::uint32_t>(state.steps - past.steps_before), expected * 1e-6, expected > budget_ns};
}

}  // namespace hekla
