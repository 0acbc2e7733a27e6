#include "nn/monitor.h"

#include <limits>

#include <hekla/error.h>

namespace hekla::nn {

Monitor::Monitor(std::uint32_t early_stopping, const std::optional<FitOptions::Plateau>& plateau)
    : early_stopping_(early_stopping), plateau_(plateau), best_(std::numeric_limits<double>::infinity()), best_of_plateau_(best_) {
    if (plateau && !(plateau->factor > 0 && plateau->factor < 1))
        throw Error(ErrorCode::invalid_argument, "[fit] the factor of the learning rate on a plateau must lie between 0 and 1 and is " +
                                                     std::to_string(plateau->factor));
}

void Monitor::epoch(double loss) {
    ++epochs_;
    ++bad_epochs_;
    if (loss < best_ || epochs_ == 1) {
        if (loss < best_) best_ = loss;
        best_epoch_ = epochs_;
        bad_epochs_ = 0;
    }
    rate_factor_ = 1;
    if (!plateau_) return;
    // PyTorch's ReduceLROnPlateau with its relative threshold.
    constexpr double threshold = 1e-4;
    ++flat_epochs_;
    if (loss < best_of_plateau_ * (1 - threshold)) {
        best_of_plateau_ = loss;
        flat_epochs_ = 0;
    }
    if (flat_epochs_ <= plateau_->patience) return;
    rate_factor_ = plateau_->factor;
    flat_epochs_ = 0;
}

}  // namespace hekla::nn
