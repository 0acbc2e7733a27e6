#pragma once
// The progress of a training run, on standard error.

#include <hekla/nn.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace hekla::command {

/// "epoch 2/5 [####----] 34560/54000  1234 images/s  loss 0.4123  accuracy 0.8512  0:12 left"; the
/// bar fills what `columns` leaves and is dropped where it does not fit or no columns are given.
std::string progress_line(const Progress& progress, std::optional<std::size_t> columns);
/// "epoch 2/5: loss 0.4123, accuracy 0.8512, validation loss ..., 12.3 s, 1234 images/s"
std::string epoch_line(const EpochResult& result, std::uint32_t epochs);

/// Draws a bar in place where standard error is a terminal; otherwise writes plain lines, one every
/// few seconds.
class ProgressDisplay {
  public:
    explicit ProgressDisplay(std::uint32_t epochs);
    ~ProgressDisplay();
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    void update(const Progress& progress);
    void epoch_done(const EpochResult& result);
    /// A line of its own, above the bar.
    void note(const std::string& text);
    void line(const std::string& text) { write_line(text); }

  private:
    void write_line(const std::string& text);
    void clear_bar();

    std::uint32_t epochs_;
    bool terminal_;
    bool bar_shown_ = false;
    std::chrono::steady_clock::time_point shown_;
};

}  // namespace hekla::command
