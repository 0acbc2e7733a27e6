#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

/// Calls f(outer, row, group, channel, element) for all elements.
template <class F>
void for_each(const NormGeometry& g, const F& f) {
    std::size_t element = 0;
    for (std::uint32_t outer = 0; outer < g.outer; ++outer)
        for (std::uint32_t row = 0; row < g.rows; ++row)
            for (std::uint32_t channel = 0; channel < g.channels(); ++channel) f(outer, row, channel / g.width, channel, element++);
}

}  // namespace

void norm_statistics(const NormGeometry& g, std::uint32_t live, In x, Out statistics) {
    check_size("norm_statistics", "x", x.size(), g.elements());
    check_size("norm_statistics", "statistics", statistics.size(), 3 * g.statistics());
    const std::size_t plane = g.statistics();
    const double count = std::fmax(1.0, double(live) * g.width);
    for (double& value : statistics) value = 0;
    for_each(g, [&](std::uint32_t outer, std::uint32_t row, std::uint32_t group, std::uint32_t, std::size_t i) {
        if (row < live) statistics[std::size_t{outer} * g.groups + group] += x[i] / count;
    });
    for_each(g, [&](std::uint32_t outer, std::uint32_t row, std::uint32_t group, std::uint32_t, std::size_t i) {
        const std::size_t s = std::size_t{outer} * g.groups + group;
        if (row < live) statistics[2 * plane + s] += (x[i] - statistics[s]) * (x[i] - statistics[s]) / count;
    });
    for (std::size_t s = 0; s < plane; ++s) statistics[plane + s] = 1.0 / std::sqrt(statistics[2 * plane + s] + g.epsilon);
}

void given_statistics(double epsilon, In mean, In variance, Out statistics) {
    const std::size_t channels = mean.size();
    check_size("given_statistics", "variance", variance.size(), channels);
    check_size("given_statistics", "statistics", statistics.size(), 3 * channels);
    for (std::size_t c = 0; c < channels; ++c) {
        statistics[c] = mean[c];
        statistics[channels + c] = 1.0 / std::sqrt(variance[c] + epsilon);
        statistics[2 * channels + c] = variance[c];
    }
}

void normalize(const NormGeometry& g, std::uint32_t live, In x, In statistics, In scale, In shift, Out y) {
    check_size("normalize", "x", x.size(), g.elements());
    check_size("normalize", "y", y.size(), g.elements());
    for_each(g, [&](std::uint32_t outer, std::uint32_t row, std::uint32_t group, std::uint32_t channel, std::size_t i) {
        const std::size_t s = std::size_t{outer} * g.groups + group;
        y[i] = row < live ? (x[i] - statistics[s]) * statistics[g.statistics() + s] * scale[channel] + shift[channel] : 0;
    });
}

void norm_sums(const NormGeometry& g, std::uint32_t live, In dy, In x, In statistics, Out sums) {
    check_size("norm_sums", "x", x.size(), g.elements());
    const std::size_t plane = std::size_t{g.outer} * g.channels();
    check_size("norm_sums", "sums", sums.size(), 2 * plane);
    for (double& value : sums) value = 0;
    for_each(g, [&](std::uint32_t outer, std::uint32_t row, std::uint32_t group, std::uint32_t channel, std::size_t i) {
        if (row >= live) return;
        const std::size_t s = std::size_t{outer} * g.groups + group, at = std::size_t{outer} * g.channels() + channel;
        sums[at] += dy[i];
        sums[plane + at] += dy[i] * (x[i] - statistics[s]) * statistics[g.statistics() + s];
    });
}

void norm_input_gradient(const NormGeometry& g, std::uint32_t live, In x, In dy, In sums, In statistics, In scale, Out dx) {
    check_size("norm_input_gradient", "dx", dx.size(), g.elements());
    const std::size_t plane = std::size_t{g.outer} * g.channels();
    const double count = std::fmax(1.0, double(live) * g.width);
    std::vector<double> mean_dy(g.statistics(), 0.0), mean_product(g.statistics(), 0.0);
    for (std::size_t at = 0; at < plane; ++at) {
        const std::size_t channel = at % g.channels(), s = at / g.channels() * g.groups + channel / g.width;
        mean_dy[s] += scale[channel] * sums[at] / count;
        mean_product[s] += scale[channel] * sums[plane + at] / count;
    }
    for_each(g, [&](std::uint32_t outer, std::uint32_t row, std::uint32_t group, std::uint32_t channel, std::size_t i) {
        const std::size_t s = std::size_t{outer} * g.groups + group;
        const double inverse = statistics[g.statistics() + s], normalized = (x[i] - statistics[s]) * inverse;
        dx[i] = row < live ? inverse * (scale[channel] * dy[i] - mean_dy[s] - normalized * mean_product[s]) : 0;
    });
}

}  // namespace hekla::reference
