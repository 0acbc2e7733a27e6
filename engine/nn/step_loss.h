#pragma once
// The loss of a step from logits and labels.

#include <functional>

#include <hekla/losses.h>

namespace hekla::nn {

struct StepLoss {
    Loss loss = CrossEntropy{};
    std::vector<float> class_weights = {};  // empty: all 1
    bool mixed = false;                     // the one-hot rows are mixtures: integer labels say too little
    bool training = true;                   // otherwise without smoothing and weights

    /// Throws Error for settings that do not fit `classes`.
    void check(std::uint64_t classes) const;
    /// The loss as one number. labels u32 [N]; `one_hot` makes f32 [N, classes], rows of zeros where there is no sample.
    Tensor build(Tensor logits, Tensor labels, const std::function<Tensor()>& one_hot, Tensor step_state) const;
};

}  // namespace hekla::nn
