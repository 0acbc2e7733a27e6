#pragma once
// What is decided between epochs, by their losses: early stopping and a smaller learning rate on a plateau.

#include <hekla/nn.h>

namespace hekla::nn {

class Monitor {
  public:
    /// Throws Error for a factor that is no reduction.
    Monitor(std::uint32_t early_stopping, const std::optional<FitOptions::Plateau>& plateau);

    /// To be called once per epoch. A loss that is not a number is never better.
    void epoch(double loss);
    bool is_best() const { return bad_epochs_ == 0; }  // the latest epoch
    std::uint32_t best_epoch() const { return best_epoch_; }
    bool stops() const { return early_stopping_ != 0 && bad_epochs_ >= early_stopping_; }
    /// What the learning rate is to be multiplied by after the latest epoch.
    float rate_factor() const { return rate_factor_; }

  private:
    std::uint32_t early_stopping_;
    std::optional<FitOptions::Plateau> plateau_;
    std::uint32_t epochs_ = 0, best_epoch_ = 0, bad_epochs_ = 0, flat_epochs_ = 0;
    double best_, best_of_plateau_;
    float rate_factor_ = 1;
};

}  // namespace hekla::nn
