#pragma once
// A ring of images between threads that read them and a device that uses them, in the order of an epoch: the image at
// position p lies in row p % rows.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include <hekla/data.h>

#include "vulkan/buffer.h"

namespace hekla::nn {

/// begin, wait, release and end belong to one thread.
class ImageRing {
  public:
    /// `buffer` is host-visible, holds `rows` images and outlives the ring. `threads` 0: one per processor, at most 16.
    ImageRing(vulkan::Buffer& buffer, std::uint64_t rows, std::uint64_t image_bytes, unsigned threads);
    ~ImageRing() { end(); }
    ImageRing(const ImageRing&) = delete;
    ImageRing& operator=(const ImageRing&) = delete;

    /// Starts reading the images that `order` names, from position `first` on. `data` must stay until end().
    void begin(const data::Dataset& data, std::span<const std::uint32_t> order, std::uint64_t first = 0);
    /// Returns once the positions before `end`, at most `rows` more than are released, are in the ring. Throws what the
    /// reading of the first image that failed threw.
    void wait(std::uint64_t end);
    /// The device has done with the positions before `end`: their rows are free.
    void release(std::uint64_t end);
    /// Stops the threads; what lies in the ring stays.
    void end();

    std::uint64_t rows() const { return rows_; }

  private:
    struct Span {
        std::uint64_t first, end;
    };
    void work(const data::Dataset& data);
    Span claim();
    void finish(Span span, std::exception_ptr failure);
    void flush(std::uint64_t first, std::uint64_t end);

    vulkan::Buffer& buffer_;
    const std::uint64_t rows_, image_bytes_;
    const unsigned thread_count_;
    std::vector<std::uint32_t> order_;
    std::vector<std::thread> threads_;

    std::mutex mutex_;  // of all below
    std::condition_variable room_, progress_;
    std::uint64_t next_ = 0, released_ = 0, ready_ = 0;  // positions: to claim, free again, in the ring up to
    std::uint64_t flushed_ = 0;
    std::vector<bool> in_ring_;  // by row, of positions from ready_ on
    std::exception_ptr failure_;
    std::uint64_t failed_at_ = 0;
    bool stop_ = false;
};

}  // namespace hekla::nn
