#include "kernels/timed_commands.h"

#include <chrono>

namespace hekla::kernels {

TimedCommands::TimedCommands(vulkan::Device& device, const std::function<void(VkCommandBuffer)>& record, std::uint32_t repeats)
    : repeats_(repeats), pool_(device), timestamps_(device, 2), submission_(device) {
    cmd_ = pool_.allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    vulkan::begin(device, cmd_, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    timestamps_.reset(cmd_, 0, 2);
    timestamps_.write(cmd_, 0);
    for (std::uint32_t i = 0; i < repeats; ++i) {
        vulkan::compute_barrier(device, cmd_);
        record(cmd_);
    }
    timestamps_.write(cmd_, 1);
    vulkan::end(device, cmd_);
}

double TimedCommands::run() {
    const auto start = std::chrono::steady_clock::now();
    submission_.submit(cmd_);
    submission_.wait();
    const double host_ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    const std::vector<std::uint64_t> stamps = timestamps_.read_ns(0, 2);
    const bool stamped = stamps.size() == 2 && stamps[1] > stamps[0];
    return (stamped ? static_cast<double>(stamps[1] - stamps[0]) : host_ns) * 1e-6 / repeats_;
}

}  // namespace hekla::kernels
