#pragma once
// The one exception type of the public API.

#include <stdexcept>
#include <string>

namespace hekla {

enum class ErrorCode {
    invalid_argument,  // a shape, option or name that does not fit; both sides are named
    invalid_file,      // a file that is truncated, malformed or not what it should be
    not_found,         // a file or data set that is not there; the message says how to get it
    unsupported,       // valid, but not available in this build or on this device
    no_device,         // no usable Vulkan device; one reason per rejected GPU
    out_of_memory,     // bytes needed and bytes available are in the message
    device_lost,       // the driver reset the device; the state of the last save is intact
    non_finite,        // the loss became NaN or infinite; step and layer are in the message
    internal           // a fault of Hekla itself: please report it
};

/// Thrown by every public function that can fail. `what()` says what failed, where, and what to do.
/// Errors are thrown while building, loading, compiling and running; never while recording.
class Error : public std::runtime_error {
  public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ErrorCode code() const noexcept { return code_; }

  private:
    ErrorCode code_;
};

}  // namespace hekla
