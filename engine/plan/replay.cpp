#include "plan/replay.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/system.h"

namespace hekla::plan {
namespace {

constexpr std::uint32_t slots_in_flight = 2;

using base::thread_cpu_seconds;
using Clock = std::chrono::steady_clock;

}  // namespace

struct Replay::InFlight {
    std::uint32_t whole_steps = 0;  // 0: a segment
    std::size_t segment = 0;
    bool ends_step = false;
};

struct Replay::Slot {
    Slot(vulkan::Device& device, std::uint32_t slot_index) : submission(device), index(slot_index) {}
    vulkan::Submission submission;
    std::uint32_t index;  // queries 2 index, 2 index + 1
    std::map<std::uint32_t, VkCommandBuffer> whole;  // by number of steps
    std::vector<VkCommandBuffer> segments;           // by index of the cut
    std::vector<bool> recorded;
    InFlight what;
    Clock::time_point submitted;
    double waited_ns = 0;  // before it, for its data
};

Replay::Replay(vulkan::Device& device, const std::vector<LayerCalls>& layers, const ReplayOptions& options)
    : device_(device), layers_(layers), options_(options), pool_(device), pacer_(costs_of(layers), options.submit_ms * 1e6),
      timestamps_(device, 2 * slots_in_flight) {
    for (std::uint32_t layer = 0; layer < layers.size(); ++layer)
        for (std::uint32_t call = 0; call < layers[layer].calls.size(); ++call) places_.push_back({layer, call});
    for (std::uint32_t i = 0; i < slots_in_flight; ++i) slots_.push_back(std::make_unique<Slot>(device, i));
    record_secondaries();
}

Replay::~Replay() {
    for (auto& slot : slots_) {
        try {
            slot->submission.wait();
        } catch (...) {
            // The device is lost; there is nothing left to wait for.
        }
    }
}

void Replay::set_options(const ReplayOptions& options) {
    if (options.submit_ms != options_.submit_ms) {
        pacer_ = Pacer(costs_of(layers_), options.submit_ms * 1e6);
        cuts_.clear();
    }
    options_ = options;
}

void Replay::record_secondaries() {
    for (const LayerCalls& layer : layers_) {
        VkCommandBuffer cmd = pool_.allocate(VK_COMMAND_BUFFER_LEVEL_SECONDARY);
        vulkan::begin(device_, cmd, VK_COMMAND_BUFFER_LEVEL_SECONDARY);
        emit(device_, cmd, layer);
        vulkan::end(device_, cmd);
        secondaries_.push_back(cmd);
    }
}

VkCommandBuffer Replay::whole_steps_buffer(Slot& slot, std::uint32_t steps) {
    VkCommandBuffer& cmd = slot.whole[steps];
    if (cmd) return cmd;
    cmd = pool_.allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    vulkan::begin(device_, cmd, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    timestamps_.reset(cmd, 2 * slot.index, 2);
    timestamps_.write(cmd, 2 * slot.index);
    for (std::uint32_t step = 0; step < steps && !secondaries_.empty(); ++step)
        device_.vk().CmdExecuteCommands(cmd, static_cast<std::uint32_t>(secondaries_.size()), secondaries_.data());
    timestamps_.write(cmd, 2 * slot.index + 1);
    vulkan::host_barrier(device_, cmd);
    vulkan::end(device_, cmd);
    return cmd;
}

void Replay::record_segment(VkCommandBuffer cmd, const Segment& segment) {
    for (const Piece& piece : segment) {
        const LayerCall& call = layers_[places_[piece.call].layer].calls[places_[piece.call].call];
        emit(device_, cmd, call, piece, &piece == &segment.front());
    }
}

VkCommandBuffer Replay::segment_buffer(Slot& slot, std::size_t index) {
    if (slot.segments.size() < cuts_.size()) {
        slot.segments.resize(cuts_.size(), VK_NULL_HANDLE);
        slot.recorded.resize(cuts_.size(), false);
    }
    VkCommandBuffer& cmd = slot.segments[index];
    if (cmd && slot.recorded[index]) return cmd;
    if (!cmd) cmd = pool_.allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    vulkan::begin(device_, cmd, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    timestamps_.reset(cmd, 2 * slot.index, 2);
    timestamps_.write(cmd, 2 * slot.index);
    record_segment(cmd, cuts_[index]);
    timestamps_.write(cmd, 2 * slot.index + 1);
    vulkan::host_barrier(device_, cmd);
    vulkan::end(device_, cmd);
    slot.recorded[index] = true;
    return cmd;
}

void Replay::submit(Slot& slot, VkCommandBuffer cmd, InFlight what) {
    slot.what = what;
    slot.waited_ns = std::exchange(waited_ns_, 0.0);
    slot.submitted = Clock::now();
    slot.submission.submit(cmd);
    ++counters_.submits;
    counters_.vulkan_calls += 2;  // reset of the fence, submit
}

/// Waits for a slot and learns from its time; the number of steps that ended with it.
std::uint32_t Replay::finish(Slot& slot) {
    if (!slot.submission.in_flight()) return 0;
    slot.submission.wait();
    counters_.vulkan_calls += 2;  // wait, query results
    const std::vector<std::uint64_t> stamps = timestamps_.read_ns(2 * slot.index, 2);
    const double ns = stamps.size() == 2 && stamps[1] > stamps[0]
                          ? static_cast<double>(stamps[1] - stamps[0])
                          : std::chrono::duration<double, std::nano>(Clock::now() - slot.submitted).count();
    count_starvation(slot, stamps);
    const InFlight what = slot.what;
    if (what.whole_steps) pacer_.measured_steps(what.whole_steps, ns);
    else if (what.segment < cuts_.size()) pacer_.measured(cuts_[what.segment], ns);
    const std::uint32_t ended = what.whole_steps ? what.whole_steps : (what.ends_step ? 1u : 0u);
    counters_.steps += ended;
    return ended;
}

/// The device waited for data while it had nothing to do and the host waited for them too. Without timestamps the host's
/// wait counts whole, which is the most it can have been.
void Replay::count_starvation(const Slot& slot, const std::vector<std::uint64_t>& stamps) {
    double ns = slot.waited_ns;
    if (stamps.size() == 2) {
        if (idle_since_ns_ && stamps[0] >= idle_since_ns_) ns = std::min(ns, static_cast<double>(stamps[0] - idle_since_ns_));
        idle_since_ns_ = stamps[1];
    }
    counters_.starved_seconds += ns * 1e-9;
}

/// Between two steps: cuts anew if the costs are no longer those for which the cuts were made.
void Replay::plan_cuts() {
    const double now = pacer_.step_ns();
    const bool stale = cuts_.empty() || now > 1.5 * cuts_made_for_ns_ || now < cuts_made_for_ns_ / 1.5;
    if (!stale) return;
    for (auto& slot : slots_) slot->submission.wait();
    cuts_ = pacer_.cut();
    cuts_made_for_ns_ = now;
    for (auto& slot : slots_) slot->recorded.assign(slot->recorded.size(), false);
}

void Replay::run(std::uint64_t steps, const std::function<bool(std::uint32_t)>& completed,
                 const std::function<bool(std::uint64_t, std::uint32_t)>& admit) {
    if (before_run_) before_run_();
    std::uint64_t begun = 0;
    std::size_t segment = 0, turn = 0;
    bool go_on = true;
    const auto collect = [&](Slot& slot) {
        const std::uint32_t ended = finish(slot);
        if (!ended || !completed) return;
        const double before = thread_cpu_seconds();
        if (!completed(ended)) go_on = false;
        counters_.cpu_seconds -= thread_cpu_seconds() - before;  // the caller's time is not ours
    };
    const auto admitted = [&](std::uint32_t count) {
        if (!admit) return true;
        const double before = thread_cpu_seconds();
        const Clock::time_point start = Clock::now();
        go_on = admit(begun, count) && go_on;
        waited_ns_ = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
        counters_.cpu_seconds -= thread_cpu_seconds() - before;
        return go_on;
    };
    const double cpu_at_start = thread_cpu_seconds();
    while (segment > 0 || (go_on && begun < steps)) {
        Slot& slot = *slots_[turn++ % slots_in_flight];
        collect(slot);
        if (segment == 0) {
            if (!go_on) break;
            const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.steps_per_submit, steps - begun));
            if (const std::uint32_t whole = pacer_.whole_steps(most); whole > 0) {
                if (!admitted(whole)) break;
                submit(slot, whole_steps_buffer(slot, whole), {whole, 0, true});
                begun += whole;
                continue;
            }
            // Both slots must have been heard before the cuts may change.
            collect(*slots_[turn % slots_in_flight]);
            if (!go_on || !admitted(1)) break;
            plan_cuts();
            if (cuts_.size() > 1) ++counters_.cut_steps;
            ++begun;
        }
        const bool ends = segment + 1 == cuts_.size();
        submit(slot, segment_buffer(slot, segment), {0, segment, ends});
        segment = ends ? 0 : segment + 1;
    }
    for (std::size_t i = 0; i < slots_in_flight; ++i) collect(*slots_[turn++ % slots_in_flight]);
    counters_.cpu_seconds += thread_cpu_seconds() - cpu_at_start;
}

}  // namespace hekla::plan
