// Copies between host and device. Each waits, so none of them is for the training loop.

#include <hekla/error.h>

#include <algorithm>
#include <cstring>

#include "vulkan/device.h"
#include "vulkan/results.h"

namespace hekla::vulkan {
namespace {

// Large enough that the submit costs nothing beside the copy, small enough for any heap.
constexpr std::uint64_t staging_bytes = 8ull << 20;

void copy(const Device& device, VkCommandBuffer cmd, const Buffer& from, std::uint64_t from_offset,
          const Buffer& to, std::uint64_t to_offset, std::uint64_t bytes) {
    const VkBufferCopy region{from_offset, to_offset, bytes};
    device.vk().CmdCopyBuffer(cmd, from.handle(), to.handle(), 1, &region);
}

}  // namespace

void Device::check_range(const BufferRange& range, std::uint64_t bytes, const char* what) const {
    const std::uint64_t size = range.buffer != nullptr ? range.buffer->bytes() : 0;
    const bool inside = range.offset <= size && range.bytes <= size - range.offset;
    if (inside && bytes <= range.bytes) return;
    throw Error(ErrorCode::invalid_argument,
                "[" + std::string(what) + "] " + bytes_text(bytes) + " do not fit in a range of " +
                    bytes_text(range.bytes) + " at offset " + std::to_string(range.offset) +
                    " of a buffer of " + bytes_text(size));
}

Buffer& Device::staging() {
    if (staging_ == nullptr) {
        const std::uint64_t bytes = std::min(staging_bytes, caps_.max_allocation_bytes);
        staging_ = std::make_unique<Buffer>(*this, bytes, MemoryUse::readback, "staging");
    }
    return *staging_;
}

void Device::settle_for_host() {
    // Everything submitted before has ended, and its writes have reached memory, when this returns.
    run_once([this](VkCommandBuffer cmd) { host_barrier(*this, cmd); });
}

void Device::upload(const BufferRange& range, std::span<const std::byte> bytes) {
    check_range(range, bytes.size(), "upload");
    if (bytes.empty()) return;
    if (!has_queue()) {
        pending_.push_back({range, {bytes.begin(), bytes.end()}});
        return;
    }
    // Ranges name their buffer as const; a device owns the right to write what it made.
    Buffer& target = const_cast<Buffer&>(*range.buffer);
    if (target.mapped() != nullptr) {
        settle_for_host();
        // A flush writes whole atoms: what the device wrote beside the bytes must be known here first.
        target.invalidate(range.offset, bytes.size());
        std::memcpy(target.mapped() + range.offset, bytes.data(), bytes.size());
        target.flush(range.offset, bytes.size());
        return;
    }
    Buffer& stage = staging();
    for (std::uint64_t done = 0; done < bytes.size(); done += stage.bytes()) {
        const std::uint64_t part = std::min<std::uint64_t>(stage.bytes(), bytes.size() - done);
        std::memcpy(stage.mapped(), bytes.data() + done, part);
        stage.flush(0, part);
        run_once([&](VkCommandBuffer cmd) {
            compute_barrier(*this, cmd);
            copy(*this, cmd, stage, 0, target, range.offset + done, part);
            compute_barrier(*this, cmd);
        });
    }
}

void Device::download(const BufferRange& range, std::span<std::byte> bytes) {
    check_range(range, bytes.size(), "download");
    if (bytes.empty()) return;
    Buffer& source = const_cast<Buffer&>(*range.buffer);
    if (source.mapped() != nullptr && source.host_cached()) {
        settle_for_host();
        source.invalidate(range.offset, bytes.size());
        std::memcpy(bytes.data(), source.mapped() + range.offset, bytes.size());
        return;
    }
    Buffer& stage = staging();
    for (std::uint64_t done = 0; done < bytes.size(); done += stage.bytes()) {
        const std::uint64_t part = std::min<std::uint64_t>(stage.bytes(), bytes.size() - done);
        run_once([&](VkCommandBuffer cmd) {
            compute_barrier(*this, cmd);
            copy(*this, cmd, source, range.offset + done, stage, 0, part);
            host_barrier(*this, cmd);
        });
        stage.invalidate(0, part);
        std::memcpy(bytes.data() + done, stage.mapped(), part);
    }
}

void Device::fill(const BufferRange& range, std::uint32_t word) {
    check_range(range, range.bytes, "fill");
    if (range.offset % 4 != 0 || range.bytes % 4 != 0) {
        throw Error(ErrorCode::invalid_argument, "[fill] offset " + std::to_string(range.offset) +
                                                     " and size " + std::to_string(range.bytes) +
                                                     " must be multiples of 4 bytes");
    }
    if (range.bytes == 0) return;
    if (!has_queue()) {
        pending_.push_back({range, {}, word});
        return;
    }
    run_once([&](VkCommandBuffer cmd) {
        compute_barrier(*this, cmd);
        functions_.CmdFillBuffer(cmd, range.buffer->handle(), range.offset, range.bytes, word);
        compute_barrier(*this, cmd);
    });
}

std::unique_ptr<Buffer> Device::record_setup(VkCommandBuffer cmd) {
    if (pending_.empty()) return nullptr;
    std::uint64_t total = 0;
    for (const Pending& step : pending_) total += align_up(step.bytes.size(), 4);
    auto stage = std::make_unique<Buffer>(*this, std::max<std::uint64_t>(total, 4), MemoryUse::upload, "set-up");
    std::uint64_t at = 0;
    for (const Pending& step : pending_) {
        // In their order: a range may be filled first and written then.
        compute_barrier(*this, cmd);
        if (step.bytes.empty()) {
            functions_.CmdFillBuffer(cmd, step.range.buffer->handle(), step.range.offset, step.range.bytes, step.word);
            continue;
        }
        std::memcpy(stage->mapped() + at, step.bytes.data(), step.bytes.size());
        copy(*this, cmd, *stage, at, *step.range.buffer, step.range.offset, step.bytes.size());
        at += align_up(step.bytes.size(), 4);
    }
    stage->flush(0, stage->bytes());
    compute_barrier(*this, cmd);
    pending_.clear();
    return stage;
}

void Device::forget(const Buffer& buffer) noexcept {
    std::erase_if(pending_, [&](const Pending& step) { return step.range.buffer == &buffer; });
}

void Device::run_once(const std::function<void(VkCommandBuffer)>& record) {
    if (!has_queue()) {
        throw Error(ErrorCode::unsupported,
                    "[device] this needs a submit, and the application's device was adopted without a queue: give adopt() "
                    "one that is idle at such times, or record the plan into a command buffer of your own");
    }
    if (once_submission_ == nullptr) {
        once_ = commands_->allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
        once_submission_ = std::make_unique<Submission>(*this);
    }
    begin(*this, once_, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    record(once_);
    end(*this, once_);
    once_submission_->submit(once_);
    once_submission_->wait();
}

}  // namespace hekla::vulkan
