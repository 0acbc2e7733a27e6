#pragma once
// What a device can do at best, which `hekla bench` measures everything else by: multiply-adds in registers, and copying.

#include "kernels/problem.h"

namespace hekla::kernels {

/// y[i] = v -> v * factor + addend, `steps` times from x[i]. Operands: x, y. The implementations are the family whose best
/// is the device's peak: 8 to 28 numbers in flight per invocation, with fma() and with a*b+c. A call's work counts all of them.
class MultiplyAdds : public Problem {
  public:
    static constexpr std::uint32_t steps_per_turn = 16;  // shaders/peak.comp has the same number
    /// A loop of more turns is longer than lavapipe lets one run.
    static constexpr std::uint32_t most_turns = 32768;

    MultiplyAdds(std::uint64_t elements, std::uint32_t turns) : elements_(elements), turns_(turns) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    template <class S>
    void add(std::vector<Implementation>& list, const vulkan::Device& device, const char* form, std::uint32_t accumulators) const;

    std::uint64_t elements_;
    std::uint32_t turns_;
};

/// Operands: x, y. The implementations are the family whose best is the device's copy bandwidth.
class Copy : public Problem {
  public:
    explicit Copy(std::uint64_t elements) : elements_(elements) {}
    std::string name() const override { return "copy " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override { operands[1] = operands[0]; }
    double tolerance() const override { return 0; }

  private:
    std::uint64_t elements_;
};

}  // namespace hekla::kernels
