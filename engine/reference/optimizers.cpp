#include <algorithm>
#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

double ruled(const GradientRule& rule, double weight_decay, double gradient, double parameter) {
    double g = gradient * rule.scale;
    if (rule.clip != 0) g = std::clamp(g, -rule.clip, rule.clip);
    return rule.decoupled ? g : g + weight_decay * parameter;
}
template <class Settings>
double decayed(const Settings& s, double parameter) {
    return s.rule.decoupled ? parameter - s.learning_rate * s.weight_decay * parameter : parameter;
}

}  // namespace

void sgd(const SgdSettings& settings, Out parameter, In gradient, Out velocity) {
    check_size("sgd", "the gradient", gradient.size(), parameter.size());
    const bool has_velocity = settings.momentum != 0.0;
    check_size("sgd", "the velocity", velocity.size(), has_velocity ? parameter.size() : 0);
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = ruled(settings.rule, settings.weight_decay, gradient[i], parameter[i]);
        double step = g;
        if (has_velocity) {
            velocity[i] = settings.momentum * velocity[i] + g;
            step = settings.nesterov ? g + settings.momentum * velocity[i] : velocity[i];
        }
        parameter[i] = decayed(settings, parameter[i]) - settings.learning_rate * step;
    }
}

void adam(const AdamSettings& settings, double beta1_power, double beta2_power, Out parameter,
          In gradient, Out m, Out v) {
    check_size("adam", "the gradient", gradient.size(), parameter.size());
    check_size("adam", "the first moment", m.size(), parameter.size());
    check_size("adam", "the second moment", v.size(), parameter.size());
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = ruled(settings.rule, settings.weight_decay, gradient[i], parameter[i]);
        m[i] = settings.beta1 * m[i] + (1.0 - settings.beta1) * g;
        v[i] = settings.beta2 * v[i] + (1.0 - settings.beta2) * g * g;
        const double denominator = std::sqrt(v[i] / (1.0 - beta2_power)) + settings.epsilon;
        parameter[i] = decayed(settings, parameter[i]) - settings.learning_rate * (m[i] / (1.0 - beta1_power)) / denominator;
    }
}

void adagrad(const AdaGradSettings& settings, Out parameter, In gradient, Out sum) {
    check_size("adagrad", "the gradient", gradient.size(), parameter.size());
    check_size("adagrad", "the sum", sum.size(), parameter.size());
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = ruled(settings.rule, settings.weight_decay, gradient[i], parameter[i]);
        sum[i] += g * g;
        parameter[i] = decayed(settings, parameter[i]) - settings.learning_rate * g / (std::sqrt(sum[i] + settings.initial) + settings.epsilon);
    }
}

void rmsprop(const RmsPropSettings& settings, Out parameter, In gradient, Out v, Out velocity) {
    check_size("rmsprop", "the gradient", gradient.size(), parameter.size());
    check_size("rmsprop", "the mean", v.size(), parameter.size());
    const bool has_velocity = settings.momentum != 0.0;
    check_size("rmsprop", "the velocity", velocity.size(), has_velocity ? parameter.size() : 0);
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = ruled(settings.rule, settings.weight_decay, gradient[i], parameter[i]);
        v[i] = settings.decay * v[i] + (1.0 - settings.decay) * g * g;
        double step = g / (std::sqrt(v[i]) + settings.epsilon);
        if (has_velocity) step = velocity[i] = settings.momentum * velocity[i] + step;
        parameter[i] = decayed(settings, parameter[i]) - settings.learning_rate * step;
    }
}

void lion(const LionSettings& settings, Out parameter, In gradient, Out m) {
    check_size("lion", "the gradient", gradient.size(), parameter.size());
    check_size("lion", "the moment", m.size(), parameter.size());
    for (std::size_t i = 0; i < parameter.size(); ++i) {
        const double g = ruled(settings.rule, settings.weight_decay, gradient[i], parameter[i]);
        const double direction = settings.beta1 * m[i] + (1.0 - settings.beta1) * g;
        m[i] = settings.beta2 * m[i] + (1.0 - settings.beta2) * g;
        parameter[i] = decayed(settings, parameter[i]) - settings.learning_rate * static_cast<double>((direction > 0) - (direction < 0));
    }
}

void limit_norm(std::uint64_t rows, std::uint64_t columns, double limit, Out weight) {
    check_size("limit_norm", "the weight", weight.size(), rows * columns);
    for (std::uint64_t column = 0; column < columns; ++column) {
        double sum = 0;
        for (std::uint64_t row = 0; row < rows; ++row) sum += weight[row * columns + column] * weight[row * columns + column];
        const double norm = std::sqrt(sum);
        if (norm <= limit) continue;
        for (std::uint64_t row = 0; row < rows; ++row) weight[row * columns + column] *= limit / (norm + 1e-7);
    }
}

}  // namespace hekla::reference
