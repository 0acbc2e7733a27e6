#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {

void sgd(const SgdSettings& settings, Out parameter, In gradient, Out velocity) {
    check_size("sgd", "the gradient", gradient.size(), parameter.size());
    const bool has_velocity = settings.momentum != 0.0;
    check_size("sgd", "the velocity", velocity.size(), has_velocity ? parameter.size() : 0);
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = gradient[i] + settings.weight_decay * parameter[i];
        double step = g;
        if (has_velocity) {
            velocity[i] = settings.momentum * velocity[i] + g;
            step = settings.nesterov ? g + settings.momentum * velocity[i] : velocity[i];
        }
        parameter[i] -= settings.learning_rate * step;
    }
}

void adam(const AdamSettings& settings, double beta1_power, double beta2_power, Out parameter,
          In gradient, Out m, Out v) {
    check_size("adam", "the gradient", gradient.size(), parameter.size());
    check_size("adam", "the first moment", m.size(), parameter.size());
    check_size("adam", "the second moment", v.size(), parameter.size());
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = gradient[i] + settings.weight_decay * parameter[i];
        m[i] = settings.beta1 * m[i] + (1.0 - settings.beta1) * g;
        v[i] = settings.beta2 * v[i] + (1.0 - settings.beta2) * g * g;
        const double denominator = std::sqrt(v[i] / (1.0 - beta2_power)) + settings.epsilon;
        parameter[i] -= settings.learning_rate * (m[i] / (1.0 - beta1_power)) / denominator;
    }
}

}  // namespace hekla::reference
