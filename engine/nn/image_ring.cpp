#include "nn/image_ring.h"

#include <algorithm>

namespace hekla::nn {
namespace {

constexpr std::uint64_t images_per_claim = 16;  // the lock costs more than a small image
constexpr unsigned most_threads = 16;

unsigned threads_for(unsigned wanted) {
    return std::clamp(wanted ? wanted : std::thread::hardware_concurrency(), 1u, most_threads);
}

}  // namespace

ImageRing::ImageRing(vulkan::Buffer& buffer, std::uint64_t rows, std::uint64_t image_bytes, unsigned threads)
    : buffer_(buffer), rows_(rows), image_bytes_(image_bytes), thread_count_(threads_for(threads)), in_ring_(rows) {}

void ImageRing::begin(const data::Dataset& data, std::span<const std::uint32_t> order, std::uint64_t first) {
    end();
    order_.assign(order.begin(), order.end());
    next_ = released_ = ready_ = flushed_ = first;
    in_ring_.assign(rows_, false);
    failure_ = nullptr;
    stop_ = false;
    for (unsigned i = 0; i < thread_count_; ++i) threads_.emplace_back([this, &data] { work(data); });
}

void ImageRing::end() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

/// Positions to read next; none: there is nothing left to do.
ImageRing::Span ImageRing::claim() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return stop_ || failure_ || next_ == order_.size() || next_ < released_ + rows_; });
    if (stop_ || failure_) return {next_, next_};
    const std::uint64_t first = next_;
    next_ = std::min({first + images_per_claim, released_ + rows_, std::uint64_t{order_.size()}});
    return {first, next_};
}

void ImageRing::work(const data::Dataset& data) {
    for (Span span = claim(); span.first < span.end; span = claim()) {
        std::exception_ptr failure;
        std::uint64_t at = span.first;
        try {
            for (; at < span.end; ++at) {
                auto* row = reinterpret_cast<std::uint8_t*>(buffer_.mapped()) + at % rows_ * image_bytes_;
                data.read_image(order_[at], {row, static_cast<std::size_t>(image_bytes_)});
            }
        } catch (...) {
            failure = std::current_exception();
        }
        finish({span.first, at}, failure);
    }
}

/// `span` was read; what comes after it failed if there is a failure.
void ImageRing::finish(Span span, std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    for (std::uint64_t at = span.first; at < span.end; ++at) in_ring_[at % rows_] = true;
    // The first one in the order counts, whichever thread was faster.
    if (failure && (!failure_ || span.end < failed_at_)) {
        failure_ = failure;
        failed_at_ = span.end;
    }
    while (ready_ < next_ && in_ring_[ready_ % rows_]) {
        in_ring_[ready_ % rows_] = false;
        ++ready_;
    }
    progress_.notify_one();
    if (failure) room_.notify_all();
}

void ImageRing::wait(std::uint64_t end) {
    {
        std::unique_lock lock(mutex_);
        progress_.wait(lock, [&] { return ready_ >= end || (failure_ && ready_ == failed_at_); });
        if (ready_ < end) std::rethrow_exception(failure_);
    }
    flush(flushed_, end);
    flushed_ = std::max(flushed_, end);
}

/// For memory that is not coherent.
void ImageRing::flush(std::uint64_t first, std::uint64_t end) {
    while (first < end) {
        const std::uint64_t row = first % rows_, count = std::min(end - first, rows_ - row);
        buffer_.flush(row * image_bytes_, count * image_bytes_);
        first += count;
    }
}

void ImageRing::release(std::uint64_t end) {
    {
        const std::lock_guard lock(mutex_);
        released_ = std::max(released_, end);
    }
    room_.notify_all();
}

}  // namespace hekla::nn
