#include "nn/monitor.h"

#include <hekla/error.h>

namespace hekla::nn {

Monitor::Monitor(std::uint32_t early_stopping, const std::optional<FitOptions::Plateau>& plateau)
    : early_stopping_(early_stopping), plateau_(plateau) {
    if (plateau && !(plateau->factor > 0 && plateau->factor < 1))
        throw Error(ErrorCode::invalid_argument, "[fit] the factor of the learning rate on a plateau must lie between 0 and 1 and is " +
                                                     std::to_string(plateau->factor));
}

void Monitor::epoch(double loss) {
    ++m_.epochs;
    ++m_.bad_epochs;
    if (loss < m_.best || m_.epochs == 1) {
        if (loss < m_.best) m_.best = loss;
        m_.best_epoch = m_.epochs;
        m_.bad_epochs = 0;
    }
    rate_factor_ = 1;
    if (!plateau_) return;
    // PyTorch's ReduceLROnPlateau with its relative threshold.
    constexpr double threshold = 1e-4;
    ++m_.flat_epochs;
    if (loss < m_.best_of_plateau * (1 - threshold)) {
        m_.best_of_plateau = loss;
        m_.flat_epochs = 0;
    }
    if (m_.flat_epochs <= plateau_->patience) return;
    rate_factor_ = plateau_->factor;
    m_.flat_epochs = 0;
}

}  // namespace hekla::nn
