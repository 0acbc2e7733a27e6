#pragma once
// How weights are updated: optimizers, what is done to gradients before and to weights after, and the learning rate as a
// function of the update. Formulas and defaults are PyTorch's unless said otherwise; g is the gradient, p a weight.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hekla {

/// v = momentum v + g;  p -= rate (nesterov ? g + momentum v : v). Without momentum: plain gradient descent on the batch.
/// Weight decay is added to g (L2), or taken off p (decoupled: p -= rate weight_decay p), here and below.
struct Sgd {
    float learning_rate = 0.01f;
    float momentum = 0;
    bool nesterov = false;
    float weight_decay = 0;
    bool decoupled = false;
};
/// Kingma and Ba 2015: m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// p -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
struct Adam {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;
    float weight_decay = 0;
    bool decoupled = false;
};
/// Loshchilov and Hutter 2019: Adam with decoupled weight decay.
struct AdamW {
    float learning_rate = 1e-3f;
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;
    float weight_decay = 0.01f;
};
/// Duchi, Hazan and Singer 2011: s = s + g^2, from `initial` on;  p -= rate g / (sqrt(s) + epsilon).
struct AdaGrad {
    float learning_rate = 0.01f;
    float epsilon = 1e-10f;
    float initial = 0;  // Keras: 0.1
    float weight_decay = 0;
    bool decoupled = false;
};
/// Hinton 2012: v = decay v + (1 - decay) g^2;  u = g / (sqrt(v) + epsilon);  b = momentum b + u;  p -= rate b.
struct RmsProp {
    float learning_rate = 0.01f;
    float decay = 0.99f;  // Keras' rho, 0.9 there
    float epsilon = 1e-8f;
    float momentum = 0;
    float weight_decay = 0;
    bool decoupled = false;
};
/// Chen et al. 2023: p -= rate (sign(beta1 m + (1 - beta1) g) + weight_decay p);  m = beta2 m + (1 - beta2) g.
struct Lion {
    float learning_rate = 1e-4f;
    float beta1 = 0.9f, beta2 = 0.99f;
    float weight_decay = 0;  // decoupled
};
using Optimizer = std::variant<Sgd, Adam, AdamW, AdaGrad, RmsProp, Lion>;

/// The optimizer called `name` with its defaults: gradient-descent and sgd, momentum (0.9), nesterov (0.9), adagrad, rmsprop,
/// adam, adamw, lion. Throws Error listing the names.
Optimizer optimizer(std::string_view name);
/// The name that optimizer() knows it by.
const char* name(const Optimizer& optimizer);
float learning_rate(const Optimizer& optimizer);

/// What every optimizer does besides. In this order: the gradients of `accumulate` batches become their mean over rows;
/// their norm is limited, then each value; the update; the weights' constraints; the weights' average.
struct UpdateOptions {
    std::uint32_t accumulate = 1;  // batches per update; those left at the end of an epoch make one of their own
    float clip_norm = 0;           // 0: off. All gradients times min(1, clip_norm / (norm + 1e-6)), by the norm over all of them
    float clip_value = 0;          // 0: off. Every gradient to +-clip_value
    struct Range {
        float low = -1, high = 1;
        bool operator==(const Range&) const = default;
    };
    std::optional<Range> weight_range = {};  // every weight stays in it
    /// 0: off. The weights of one filter or unit (all that share the last index of a tensor with two axes or more) have at most
    /// this norm: times max_norm / (norm + 1e-7) where they exceed it (torch.renorm).
    float max_norm = 0;
    float average_decay = 0;       // 0: off. Exponential moving average: a = decay a + (1 - decay) p, begun by the first update's p; of normalization's running averages too
    bool operator==(const UpdateOptions&) const = default;
};

/// The learning rate of an update: `rate` times a function of t, the number of updates before it since fit began. During the
/// first `warmup` updates that is (t + 1) / warmup times the schedule's beginning, which starts when they are over.
struct Schedule {
    enum class Kind : std::uint8_t {
        constant,
        step,         // factor^floor(t / period)
        exponential,  // factor^(t / period)
        cosine,       // from 1 to `last` along half a cosine, over the whole fit (Loshchilov and Hutter 2017, without restarts)
        one_cycle     // up from `first` to 1 in the first `rise` of the fit, then down to `last`, along cosines (Smith and Topin 2018)
    };
    Kind kind = Kind::constant;
    std::uint32_t warmup = 0;  // updates
    float period = 1;          // step, exponential: epochs
    float factor = 0.1f;
    float rise = 0.3f;
    float first = 1.0f / 25;
    float last = 0;
    bool operator==(const Schedule&) const = default;
};

/// A schedule from text: "constant", "step:EPOCHS,FACTOR", "exponential:FACTOR", "cosine:LAST", "one-cycle:RISE,FIRST,LAST";
/// numbers may be left out from the end (step:10,0.1; exponential:0.95 per epoch; cosine:0; one-cycle:0.3,0.04,0.000004).
/// Throws Error saying what is wrong.
Schedule parse_schedule(std::string_view text);
/// In the form that parse_schedule reads, and ", warm-up N" if there is one.
std::string to_string(const Schedule& schedule);

}  // namespace hekla
