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
    bool is_best() const { return m_.bad_epochs == 0; }  // the latest epoch
    std::uint32_t best_epoch() const { return m_.best_epoch; }
    bool stops() const { return early_stopping_ != 0 && m_.bad_epochs >= early_stopping_; }
    /// What the learning rate is to be multiplied by after the latest epoch.
    float rate_factor() const { return rate_factor_; }

    /// What a checkpoint keeps of it.
    const Checkpoint::Monitor& memory() const { return m_; }
    void remember(const Checkpoint::Monitor& memory) { m_ = memory; }

  private:
    std::uint32_t early_stopping_;
    std::optional<FitOptions::Plateau> plateau_;
    Checkpoint::Monitor m_;
    float rate_factor_ = 1;
};

}  // namespace hekla::nn
