#pragma once

namespace hekla::command {

/// While it lives, the first SIGINT or SIGTERM only sets a flag; the second one ends the process as
/// usual. One at a time, in the main thread.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// True once a signal came.
    bool requested() const;
};

}  // namespace hekla::command
