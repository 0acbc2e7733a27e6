// After a halt: which layer made the first value that is not finite.

#include <algorithm>

#include "plan/plan_state.h"
#include "shaders.h"

namespace hekla {
namespace {

/// Counts, on the device, whether ranges hold a value that is not finite.
class FiniteCheck {
  public:
    FiniteCheck(vulkan::Device& device, std::uint32_t most)
        : device_(device), sets_(device), flags_(device, std::max(most, 1u) * 4, vulkan::MemoryUse::device, "finite flags") {
        device_.fill({&flags_, 0, flags_.bytes()}, 0);
    }
    void record(VkCommandBuffer cmd, const vulkan::BufferRange& range, std::uint64_t elements, std::uint32_t flag, bool half) {
        const vulkan::BufferRange operands[] = {range, {&flags_, 0, flags_.bytes()}};
        const auto call = kernels::make_call<shaders::check_finite>(
            {.group_size = kernels::default_group_size, .half_words = half}, {.elements = static_cast<std::uint32_t>(elements), .flag = flag},
            kernels::groups_for(elements), {{0}, {1}}, static_cast<double>(elements));
        vulkan::compute_barrier(device_, cmd);
        kernels::emit(device_, cmd, kernels::prepare(device_, sets_, call, operands));
    }
    std::vector<std::uint32_t> flags() {
        std::vector<std::uint32_t> words(flags_.bytes() / 4);
        device_.download({&flags_, 0, flags_.bytes()}, std::as_writable_bytes(std::span(words)));
        return words;
    }

  private:
    vulkan::Device& device_;
    vulkan::DescriptorArena sets_;
    vulkan::Buffer flags_;
};

const char* phase_name(Phase phase) {
    return phase == Phase::forward ? "forward" : phase == Phase::backward ? "backward" : "update";
}

}  // namespace

std::string Plan::State::find_non_finite() {
    const ParameterStore::State& parameters = store->state();
    FiniteCheck weights(*device, static_cast<std::uint32_t>(parameters.parameters.size()));
    device->run_once([&](VkCommandBuffer cmd) {
        for (std::uint32_t i = 0; i < parameters.parameters.size(); ++i)
            weights.record(cmd, parameters.range_of(i), parameters.parameters[i]->shape().elements(), i, parameters.stored_as == DType::f16);
    });
    const std::vector<std::uint32_t> weight_flags = weights.flags();
    for (std::size_t i = 0; i < parameters.parameters.size(); ++i)
        if (weight_flags[i]) return "the parameter " + parameters.parameters[i]->name();

    for (const plan::LayerCalls& layer : layers) {
        std::uint32_t count = 0;
        for (const plan::LayerCall& call : layer.calls) count += static_cast<std::uint32_t>(call.writes.size());
        FiniteCheck outputs(*device, count);
        // Each call's results are looked at before a later one may reuse their memory.
        device->run_once([&](VkCommandBuffer cmd) {
            std::uint32_t flag = 0;
            for (const plan::LayerCall& call : layer.calls) {
                vulkan::compute_barrier(*device, cmd);
                kernels::emit(*device, cmd, call.call);
                for (const auto& [value, range, half] : call.writes)
                    if (const TensorDesc& desc = graph->values()[value].desc; desc.dtype == DType::f32)
                        outputs.record(cmd, range, desc.elements(), flag++, half);
            }
        });
        const std::vector<std::uint32_t> flags = outputs.flags();
        if (std::any_of(flags.begin(), flags.end(), [](std::uint32_t flag) { return flag != 0; }))
            return layer.name + " (" + phase_name(layer.phase) + ")";
    }
    return "";
}

}  // namespace hekla
