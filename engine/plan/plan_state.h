#pragma once
// A compiled plan: its memory, its layers, and how they are replayed.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <hekla/choices.h>
#include <hekla/plan.h>

#include "base/step_state.h"
#include "plan/layer_recording.h"
#include "plan/program.h"
#include "plan/replay.h"
#include "plan/store_state.h"

namespace hekla {

struct Plan::State {
    std::shared_ptr<vulkan::Device> device;
    const Graph* graph = nullptr;
    std::shared_ptr<ParameterStore> store;
    plan::Program program;
    bool writes_parameters = false;
    KernelChoices choices;  // of all problems in it

    // Memory. A value's range is looked up by its root.
    std::vector<std::unique_ptr<vulkan::Buffer>> buffers;
    std::map<std::uint32_t, vulkan::BufferRange> ranges;
    std::unique_ptr<vulkan::Buffer> step_ring;  // host-visible
    std::uint64_t scratch_bytes = 0, scratch_bound_bytes = 0, total_bytes = 0;

    std::unique_ptr<vulkan::DescriptorArena> sets;
    std::vector<plan::LayerCalls> layers;
    plan::LayerCalls steady = {"steady", Phase::forward, {}};  // what depends on the parameters alone (plan/steady.h)
    std::uint64_t steady_version = 0;                          // of the parameters for which they ran
    std::unique_ptr<plan::Replay> replay;                      // null on a device that was adopted without a queue

    /// Throws Error (unsupported) on a device without a queue.
    plan::Replay& running() const;
    /// Memory of a value; throws Error if the plan does not hold it.
    vulkan::BufferRange range_of(std::uint32_t value) const;
    /// Runs the steady calls if the parameters have changed since.
    void run_steady();
    StepState read_step_state() const;
    void write_step_state(const StepState& state);
    void write_step_word(std::size_t offset, std::uint32_t word);
    /// Of `count` steps that have ended, from the number `first` on; no more than the ring has entries.
    std::vector<StepRecord> step_records(std::uint32_t first, std::uint32_t count) const;
    /// Runs the step again layer by layer, without updates (the step state is halted), and names the first layer with a
    /// non-finite value ("dense_1 (forward)"), a parameter that is not finite, or "" if all is finite.
    std::string find_non_finite();
};

namespace plan {

/// What compile() needs beyond the public arguments.
struct CompileOptions : hekla::CompileOptions {
    /// Inputs whose memory the caller brings (a data set shared by several plans).
    std::map<std::uint32_t, vulkan::BufferRange> bound;
    ReplayOptions replay;
    /// Only measure: State::total_bytes is set, nothing is allocated or recorded.
    bool dry_run = false;
    /// Off: every node as the graph has it. The oracle of what the fuse passes do.
    bool fuse = true;
};

std::unique_ptr<Plan::State> compile(const Device& device, Graph& graph, const std::vector<Tensor>& outputs,
                                     std::shared_ptr<ParameterStore> store, const CompileOptions& options);

}  // namespace plan
}  // namespace hekla
