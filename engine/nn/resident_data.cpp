#include "nn/resident_data.h"

#include <algorithm>

#include <hekla/error.h>

namespace hekla::nn {
namespace {

/// Of a ring that nobody limited: some batches of large images, or all of a small set.
constexpr std::uint64_t usual_ring_bytes = std::uint64_t{256} << 20;

}  // namespace

DataPlacement placement_of(const vulkan::Device& device, const data::Dataset& data, std::uint32_t batch, std::uint64_t limit, std::uint64_t available) {
    const std::uint64_t room = limit ? limit : available / 2, image = data.image_bytes();
    if (!data.source && data.size() * image <= room) return {};
    const std::uint64_t most = std::min({room, device.caps().max_storage_range_bytes, limit ? room : usual_ring_bytes});
    const std::uint64_t rows = std::min(most / image, data.size()), needed = std::min<std::uint64_t>(2 * std::uint64_t{batch}, data.size());
    if (rows < needed)
        throw Error(ErrorCode::out_of_memory, "[data] " + data.name + ": " + std::to_string(most) + " bytes for images on the device hold " +
                                                  std::to_string(most / image) + " of " + std::to_string(image) + " bytes each; two batches, " +
                                                  std::to_string(needed * image) + " bytes, are the least: allow more (--data-memory) or make the batch smaller");
    return {.ring_rows = rows};
}

std::uint32_t batch_within(const data::Dataset& data, std::uint32_t batch, std::uint64_t limit) {
    if (limit == 0 || batch == 0 || data.size() * data.image_bytes() <= limit) return batch;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(limit / data.image_bytes() / 2, 1, batch));
}

ResidentData::ResidentData(vulkan::Device& device, const data::Dataset& data, const DataPlacement& placement)
    : device_(device), image_shape_(data.image_shape), samples_(data.size()) {
    if (placement.ring_rows) make_ring(data.image_bytes(), placement);
    else make_ranges(data.image_bytes(), placement.max_range_bytes);
    labels_ = std::make_unique<vulkan::Buffer>(device, vulkan::align_up(samples_ * 4, 16), vulkan::MemoryUse::device, "labels");
    upload(data);
}

void ResidentData::make_ranges(std::uint64_t image_bytes, std::uint64_t max_range_bytes) {
    const std::uint64_t most = std::min(max_range_bytes ? max_range_bytes : ~std::uint64_t{0}, device_.caps().max_storage_range_bytes);
    const std::uint64_t per_range = most / image_bytes;
    if (per_range == 0)
        throw Error(ErrorCode::unsupported, "[data] an image of " + std::to_string(image_bytes) + " bytes is larger than a binding of this device");
    for (std::uint64_t first = 0; first < samples_; first += per_range) {
        const std::uint64_t count = std::min(per_range, samples_ - first);
        const std::uint64_t bytes = vulkan::align_up(count * image_bytes, 16);
        ranges_.push_back({std::make_unique<vulkan::Buffer>(device_, bytes, vulkan::MemoryUse::device, "images"), first, count});
    }
}

/// The host writes where the device reads: each byte is read once, which a copy between would not make faster.
void ResidentData::make_ring(std::uint64_t image_bytes, const DataPlacement& placement) {
    const std::uint64_t rows = placement.ring_rows;
    ranges_.push_back({std::make_unique<vulkan::Buffer>(device_, vulkan::align_up(rows * image_bytes, 16), vulkan::MemoryUse::upload, "images"), 0, rows});
    ring_ = std::make_unique<ImageRing>(*ranges_[0].buffer, rows, image_bytes, placement.threads);
    std::vector<std::uint32_t> order(samples_);
    for (std::uint64_t i = 0; i < samples_; ++i) order[i] = static_cast<std::uint32_t>(i % rows);
    ring_order_ = std::make_unique<vulkan::Buffer>(device_, vulkan::align_up(samples_ * 4, 16), vulkan::MemoryUse::device, "rows of the ring");
    device_.upload({ring_order_.get(), 0, samples_ * 4}, std::as_bytes(std::span(order)));
}

std::uint64_t ResidentData::bytes() const {
    std::uint64_t bytes = labels_->bytes() + (ring_order_ ? ring_order_->bytes() : 0);
    for (const Range& range : ranges_) bytes += range.buffer->bytes();
    return bytes;
}

std::uint32_t ResidentData::most_steps(std::uint32_t batch) const {
    if (!ring_) return ~0u;
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(ring_->rows() / batch / 3, 1));
}

void ResidentData::upload(const data::Dataset& data) {
    device_.upload({labels_.get(), 0, samples_ * 4}, std::as_bytes(std::span(data.labels)));
    streamed_ = &data;
    if (ring_) return;
    for (const Range& range : ranges_) {
        const std::uint64_t bytes = range.count * data.image_bytes();
        device_.upload({range.buffer.get(), 0, bytes}, std::as_bytes(std::span(data.images).subspan(range.first * data.image_bytes(), bytes)));
    }
}

}  // namespace hekla::nn
