// record() and record_setup(): nothing but vkCmd* for what was prepared.

#include "embed/bindings_state.h"

namespace hekla {
namespace embed {
namespace {

void transfer(const vulkan::Device& device, VkCommandBuffer cmd, VkPipelineStageFlags from, VkPipelineStageFlags to,
              const std::vector<VkImageMemoryBarrier>& images, const std::vector<VkBufferMemoryBarrier>& buffers) {
    if (images.empty() && buffers.empty()) return;
    device.vk().CmdPipelineBarrier(cmd, from, to, 0, 0, nullptr, static_cast<std::uint32_t>(buffers.size()), buffers.data(),
                                   static_cast<std::uint32_t>(images.size()), images.data());
}

}  // namespace

void emit(const vulkan::Device& device, VkCommandBuffer cmd, const Crossing& crossing, const char* label) {
    if (crossing.calls.empty()) return;
    constexpr VkPipelineStageFlags compute = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
    vulkan::begin_label(device, cmd, label);
    transfer(device, cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, compute, crossing.image_takes, crossing.buffer_takes);
    vulkan::compute_barrier(device, cmd);
    for (const kernels::PreparedCall& call : crossing.calls) kernels::emit(device, cmd, call);
    transfer(device, cmd, compute, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, crossing.image_returns, crossing.buffer_returns);
    vulkan::end_label(device, cmd);
}

}  // namespace embed

void record(const Bindings& bindings, VkCommandBuffer cmd) noexcept {
    const Bindings::State& state = bindings.state();
    const vulkan::Device& device = *state.device;
    embed::emit(device, cmd, state.inputs, "inputs");
    if (state.plan.store->state().trained) plan::emit(device, cmd, state.plan.steady);
    for (const plan::LayerCalls& layer : state.plan.layers) plan::emit(device, cmd, layer);
    embed::emit(device, cmd, state.outputs, "outputs");
    if (state.plan.writes_parameters) state.plan.store->state().mark_written();
}

struct Staging::State {
    std::shared_ptr<vulkan::Device> device;  // outlives the buffer
    std::unique_ptr<vulkan::Buffer> stage;
};

Staging::Staging() = default;
Staging::Staging(Staging&&) noexcept = default;
Staging& Staging::operator=(Staging&&) noexcept = default;
Staging::~Staging() = default;
Staging::Staging(std::unique_ptr<State> state) : state_(std::move(state)) {}

Staging record_setup(const Plan& plan, VkCommandBuffer cmd) {
    auto state = std::make_unique<Staging::State>();
    state->device = plan.state().device;
    state->stage = state->device->record_setup(cmd);
    if (!plan.state().store->state().trained) plan::emit(*state->device, cmd, plan.state().steady);
    return Staging(std::move(state));
}

}  // namespace hekla
