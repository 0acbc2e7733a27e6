#include "nn/resident_data.h"

#include <algorithm>

#include <hekla/error.h>

namespace hekla::nn {

ResidentData::ResidentData(vulkan::Device& device, const data::Dataset& data, std::uint64_t max_range_bytes)
    : device_(device), image_shape_(data.image_shape), samples_(data.size()) {
    const std::uint64_t most = std::min(max_range_bytes ? max_range_bytes : ~std::uint64_t{0}, device.caps().max_storage_range_bytes);
    const std::uint64_t per_range = most / data.image_bytes();
    if (per_range == 0)
        throw Error(ErrorCode::unsupported, "[data] an image of " + std::to_string(data.image_bytes()) + " bytes is larger than a binding of this device");
    for (std::uint64_t first = 0; first < samples_; first += per_range) {
        const std::uint64_t count = std::min(per_range, samples_ - first);
        const std::uint64_t bytes = vulkan::align_up(count * data.image_bytes(), 16);
        ranges_.push_back({std::make_unique<vulkan::Buffer>(device, bytes, vulkan::MemoryUse::device, "images"), first, count});
    }
    labels_ = std::make_unique<vulkan::Buffer>(device, vulkan::align_up(samples_ * 4, 16), vulkan::MemoryUse::device, "labels");
    upload(data);
}

void ResidentData::upload(const data::Dataset& data) {
    for (const Range& range : ranges_) {
        const std::uint64_t bytes = range.count * data.image_bytes();
        device_.upload({range.buffer.get(), 0, bytes}, std::as_bytes(std::span(data.images).subspan(range.first * data.image_bytes(), bytes)));
    }
    device_.upload({labels_.get(), 0, samples_ * 4}, std::as_bytes(std::span(data.labels)));
}

}  // namespace hekla::nn
