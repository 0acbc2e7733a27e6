#pragma once
// A data set that lies on the device as bytes, in as many ranges as bindings of this device need.

#include <memory>
#include <vector>

#include <hekla/data.h>

#include "vulkan/device.h"

namespace hekla::nn {

class ResidentData {
  public:
    /// Throws Error (out_of_memory) if it does not fit. A range holds at most `max_range_bytes` (0: as the device says).
    ResidentData(vulkan::Device& device, const data::Dataset& data, std::uint64_t max_range_bytes = 0);

    /// Replaces the images and labels by those of a set of the same size.
    void upload(const data::Dataset& data);

    struct Range {
        std::unique_ptr<vulkan::Buffer> buffer;
        std::uint64_t first = 0, count = 0;  // samples
    };
    const std::vector<Range>& ranges() const { return ranges_; }
    const vulkan::Buffer& labels() const { return *labels_; }
    std::uint64_t samples() const { return samples_; }
    const Shape& image_shape() const { return image_shape_; }
    bool fits(const data::Dataset& data) const { return data.size() == samples_ && data.image_shape == image_shape_; }

  private:
    vulkan::Device& device_;
    Shape image_shape_;
    std::uint64_t samples_;
    std::vector<Range> ranges_;
    std::unique_ptr<vulkan::Buffer> labels_;
};

}  // namespace hekla::nn
