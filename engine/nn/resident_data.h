#pragma once
// A data set for the device as bytes: all of it, in as many ranges as bindings of this device need, or a part at a time in
// a ring that threads fill ahead of the steps.

#include <memory>
#include <vector>

#include <hekla/data.h>

#include "nn/image_ring.h"
#include "vulkan/device.h"

namespace hekla::nn {

/// How much of a data set lies on the device.
struct DataPlacement {
    std::uint64_t ring_rows = 0;        // 0: all of it
    unsigned threads = 0;               // that fill the ring
    std::uint64_t max_range_bytes = 0;  // of a resident set's ranges; 0: as the device says
};
/// A ring for a set with a source, or of more than `limit` bytes (0: half of `available`). Throws Error (out_of_memory)
/// if that has no room for two batches.
DataPlacement placement_of(const vulkan::Device& device, const data::Dataset& data, std::uint32_t batch, std::uint64_t limit, std::uint64_t available);

/// For evaluation, whose batch is nobody's concern: `batch`, or as many as a limit of streamed bytes has room for.
std::uint32_t batch_within(const data::Dataset& data, std::uint32_t batch, std::uint64_t limit);

class ResidentData {
  public:
    /// Throws Error (out_of_memory) if it does not fit. A set that is streamed must stay as long as epochs run.
    ResidentData(vulkan::Device& device, const data::Dataset& data, const DataPlacement& placement = {});

    /// Replaces the images and labels by those of a set of the same size.
    void upload(const data::Dataset& data);

    struct Range {
        std::unique_ptr<vulkan::Buffer> buffer;
        std::uint64_t first = 0, count = 0;  // samples, or rows of the ring
    };
    const std::vector<Range>& ranges() const { return ranges_; }
    const vulkan::Buffer& labels() const { return *labels_; }
    /// Of a streamed set, by position in the epoch: the row of the ring. Null: rows are samples.
    const vulkan::Buffer* ring_order() const { return ring_order_.get(); }
    std::uint64_t samples() const { return samples_; }
    /// Of device memory.
    std::uint64_t bytes() const;
    const Shape& image_shape() const { return image_shape_; }
    bool fits(const data::Dataset& data, const DataPlacement& placement) const {
        return data.size() == samples_ && data.image_shape == image_shape_ && placement.ring_rows == (ring_ ? ring_->rows() : 0);
    }

    bool streamed() const { return ring_ != nullptr; }
    /// In one submit, so that two submits in flight leave rows to fill.
    std::uint32_t most_steps(std::uint32_t batch) const;
    /// These do nothing unless streamed; see ImageRing.
    void begin(std::span<const std::uint32_t> order, std::uint64_t first) { if (ring_) ring_->begin(*streamed_, order, first); }
    void wait(std::uint64_t end) { if (ring_) ring_->wait(end); }
    void release(std::uint64_t end) { if (ring_) ring_->release(end); }
    void end() { if (ring_) ring_->end(); }

  private:
    void make_ranges(std::uint64_t image_bytes, std::uint64_t max_range_bytes);
    void make_ring(std::uint64_t image_bytes, const DataPlacement& placement);

    vulkan::Device& device_;
    Shape image_shape_;
    std::uint64_t samples_;
    std::vector<Range> ranges_;
    std::unique_ptr<vulkan::Buffer> labels_, ring_order_;
    const data::Dataset* streamed_ = nullptr;
    std::unique_ptr<ImageRing> ring_;  // last: its threads write to the range
};

/// No thread reads the data once this is gone, whatever was thrown meanwhile: the set is its owner's again.
class ReadingEnd {
  public:
    explicit ReadingEnd(ResidentData& data) : data_(data) {}
    ~ReadingEnd() { data_.end(); }
    ReadingEnd(const ReadingEnd&) = delete;
    ReadingEnd& operator=(const ReadingEnd&) = delete;

  private:
    ResidentData& data_;
};

}  // namespace hekla::nn
