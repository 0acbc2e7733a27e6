// Settings of updates that make no sense.

#include <cmath>
#include <cstdio>

#include <hekla/error.h>

#include "ops/update.h"

namespace hekla {
namespace {

void require(bool condition, const char* setting, const char* what, float value) {
    if (condition) return;
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
    throw Error(ErrorCode::invalid_argument, std::string("[minimize] the ") + setting + " must be " + what + " and is " + text);
}
void not_negative(const char* setting, float value) { require(value >= 0 && std::isfinite(value), setting, "a number from 0 up", value); }
void share(const char* setting, float value) { require(value >= 0 && value < 1, setting, "at least 0 and below 1", value); }

void check(const Sgd& o) {
    share("momentum", o.momentum);
    if (o.nesterov) require(o.momentum > 0, "momentum", "above 0 for Nesterov's step", o.momentum);
}
void check_adam(float beta1, float beta2, float epsilon) {
    share("beta1", beta1);
    share("beta2", beta2);
    not_negative("epsilon", epsilon);
}
void check(const Adam& o) { check_adam(o.beta1, o.beta2, o.epsilon); }
void check(const AdamW& o) { check_adam(o.beta1, o.beta2, o.epsilon); }
void check(const AdaGrad& o) {
    not_negative("epsilon", o.epsilon);
    not_negative("initial sum", o.initial);
}
void check(const RmsProp& o) {
    share("decay of squares", o.decay);
    share("momentum", o.momentum);
    not_negative("epsilon", o.epsilon);
}
void check(const Lion& o) { check_adam(o.beta1, o.beta2, 0); }

}  // namespace

void check_update(const Optimizer& optimizer, const UpdateOptions& options) {
    std::visit(
        [](const auto& o) {
            not_negative("learning rate", o.learning_rate);
            not_negative("weight decay", o.weight_decay);
            check(o);
        },
        optimizer);
    require(options.accumulate >= 1, "number of batches per update", "at least 1", 0);
    not_negative("limit of the gradients' norm", options.clip_norm);
    not_negative("limit of the gradients", options.clip_value);
    not_negative("limit of the weights' norm", options.max_norm);
    share("decay of the weights' average", options.average_decay);
    if (options.weight_range) {
        require(std::isfinite(options.weight_range->low), "lower end of the weights' range", "a number", options.weight_range->low);
        require(std::isfinite(options.weight_range->high) && options.weight_range->high > options.weight_range->low, "upper end of the weights' range",
                "above its lower end", options.weight_range->high);
    }
}

}  // namespace hekla
