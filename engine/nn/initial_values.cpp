// How parameters begin.

#include <algorithm>
#include <cmath>

#include "nn/layers.h"
#include "reference/reference.h"

namespace hekla::nn {
namespace {

/// Counter-based random numbers of one parameter.
class Numbers {
  public:
    Numbers(std::uint64_t seed, std::uint32_t stream)
        : low_(static_cast<std::uint32_t>(seed)), high_(static_cast<std::uint32_t>(seed >> 32)), stream_(stream) {}
    double uniform(std::uint32_t index) const { return reference::random_unit(low_, high_, stream_, index); }
    /// Box and Muller 1958; 1 - u keeps the logarithm finite.
    double normal(std::uint32_t index, double deviation) const {
        return deviation * std::sqrt(-2.0 * std::log(1.0 - uniform(2 * index))) * std::cos(2.0 * 3.14159265358979323846 * uniform(2 * index + 1));
    }

  private:
    std::uint32_t low_, high_, stream_;
};

/// Of a uniform distribution: its limit; of a normal one: its deviation.
double width_of(const ParameterSpec& spec) {
    const double fan_in = static_cast<double>(spec.fan_in), fan_out = static_cast<double>(spec.fan_out);
    switch (spec.init.kind) {
        case Init::Kind::glorot_uniform: return std::sqrt(6.0 / (fan_in + fan_out));
        case Init::Kind::glorot_normal: return std::sqrt(2.0 / (fan_in + fan_out));
        case Init::Kind::he_uniform: return std::sqrt(6.0 / fan_in);
        case Init::Kind::he_normal: return std::sqrt(2.0 / fan_in);
        case Init::Kind::lecun_uniform: return std::sqrt(3.0 / fan_in);
        default: return 1.0 / std::sqrt(fan_in);  // lecun_normal, fan_in_uniform
    }
}

/// Orthonormal rows or columns, whichever are fewer, by Gram and Schmidt's method, applied twice against rounding.
void orthogonal(const Numbers& numbers, std::size_t rows, std::size_t columns, std::vector<float>& values) {
    const bool wide = columns > rows;
    const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
    std::vector<std::vector<double>> basis;
    for (std::size_t v = 0; v < count; ++v) {
        std::vector<double> next(length);
        for (std::size_t i = 0; i < length; ++i) next[i] = numbers.normal(static_cast<std::uint32_t>(v * length + i), 1);
        for (int pass = 0; pass < 2; ++pass)
            for (const std::vector<double>& other : basis) {
                double dot = 0;
                for (std::size_t i = 0; i < length; ++i) dot += next[i] * other[i];
                for (std::size_t i = 0; i < length; ++i) next[i] -= dot * other[i];
            }
        double squares = 0;
        for (double value : next) squares += value * value;
        for (double& value : next) value /= std::sqrt(squares);
        for (std::size_t i = 0; i < length; ++i) values[wide ? v * columns + i : i * columns + v] = static_cast<float>(next[i]);
        basis.push_back(std::move(next));
    }
}

}  // namespace

std::vector<float> initial_values(const ParameterSpec& spec, std::uint64_t seed, std::uint32_t stream) {
    std::vector<float> values(spec.shape.elements(), spec.init.value);
    const Init::Kind kind = spec.init.kind;
    const Numbers numbers(seed, stream);
    if (kind == Init::Kind::constant || values.empty()) return values;
    if (kind == Init::Kind::orthogonal) {
        const std::size_t columns = spec.shape.rank() ? spec.shape.back() : 1;
        orthogonal(numbers, values.size() / columns, columns, values);
        return values;
    }
    const double width = width_of(spec);
    const bool normal = kind == Init::Kind::glorot_normal || kind == Init::Kind::he_normal || kind == Init::Kind::lecun_normal;
    for (std::uint32_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(normal ? numbers.normal(i, width) : width * (2.0 * numbers.uniform(i) - 1.0));
    return values;
}

}  // namespace hekla::nn
