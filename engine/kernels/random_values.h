#pragma once
// Tensors of random numbers.

#include <algorithm>

#include "kernels/problem.h"

namespace hekla::kernels {

enum class Distribution : std::uint8_t { uniform, normal };

/// Operands: state, y. Element i is a number of (the state's seed and random counter, stream, i): uniform in [0, 1), or normal
/// with mean 0 and deviation 1, between +-5.3.
class RandomValues : public Problem {
  public:
    RandomValues(std::uint64_t elements, Distribution distribution, std::uint32_t stream)
        : elements_(elements), distribution_(distribution), stream_(stream) {}
    std::string name() const override { return (normal() ? "random normal " : "random uniform ") + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<RandomValues>(std::min<std::uint64_t>(elements_, 1031), distribution_, stream_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    bool normal() const { return distribution_ == Distribution::normal; }

    std::uint64_t elements_;
    Distribution distribution_;
    std::uint32_t stream_;
};

/// What RandomValues gives.
double random_value(Distribution distribution, std::uint32_t word);

}  // namespace hekla::kernels
