#pragma once
// The device side of a ParameterStore.

#include <memory>
#include <vector>

#include <hekla/plan.h>

#include "ops/lowering.h"
#include "vulkan/device.h"

namespace hekla {

/// Parameters lie one after another in an arena, trainable ones first; gradients and moments lie at the same
/// offsets in arenas of their own, so that an optimizer is one kernel over whole ranges.
struct ParameterStore::State : ParameterSource, std::enable_shared_from_this<ParameterStore::State> {
    State(std::shared_ptr<vulkan::Device> device, std::vector<ParameterPtr> parameters, DType stored_as);
    ~State() override;

    void fetch() override;
    void upload() override;

    /// Becomes the store that holds the newest values of its parameters, if another one does.
    void take();
    /// Index of a parameter; throws Error if the store does not hold it.
    std::size_t index_of(const ParameterPtr& parameter) const;
    vulkan::BufferRange range_of(std::size_t index) const;
    /// Gradient and moment arenas and the like, made (and zeroed) at first use.
    const vulkan::Buffer& arena(OperandRef::Kind kind);
    std::uint64_t arena_bytes() const { return trainable_bytes; }
    /// 1, or 0 where a parameter is pruned.
    std::vector<float> mask_values() const;
    /// The device's values are newer than the host's.
    void mark_written() {
        device_newer = true;
        ++version;
    }
    /// A copy of the values on the device, to go back to when training fails.
    void snapshot();
    void restore_snapshot();
    /// After a training that failed: the same, and no optimizer's state, which may hold what failed.
    void go_back(bool has_averages);
    /// Fetches.
    bool all_finite();
    /// Another such copy: the values of the best epoch.
    void keep_best();
    void restore_best();
    /// All values become their averages, which must exist; and the other way round.
    void show_averages();
    void begin_averages();

    std::shared_ptr<vulkan::Device> device;
    DType stored_as;  // f32, or f16 of what no plan may change
    std::vector<ParameterPtr> parameters;
    std::vector<std::uint64_t> offsets;
    std::uint64_t trainable_bytes = 0, bytes = 0;
    std::vector<ArenaRange> ranges;  // of the trainable part, each fit for one binding
    std::vector<ArenaRange> other_ranges;  // of the rest
    std::unique_ptr<vulkan::Buffer> values, gradients, first_moments, second_moments, gradient_sums, averages, norm_partials, masks, saved, best;
    bool device_newer = false;
    bool trained = false;  // by a plan on the device: values change between runs
    std::uint64_t version = 1;  // counts changes of the values on the device
};

}  // namespace hekla
