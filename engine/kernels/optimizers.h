#pragma once
// Optimizers beside SGD and Adam (training.h), and what stands around an update: accumulated gradients, their norm, constraints
// and the average of the weights. All but the norm take the step state as their last operand.

#include "kernels/training.h"

namespace hekla::kernels {

/// Operands: parameter (written), gradient, sum of squares (written), state.
class AdaGradUpdate : public Problem {
  public:
    AdaGradUpdate(std::uint64_t elements, float epsilon, float initial, float weight_decay, const GradientRule& rule)
        : elements_(elements), epsilon_(epsilon), initial_(initial), weight_decay_(weight_decay), rule_(rule) {}
    std::string name() const override { return "adagrad " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float epsilon_, initial_, weight_decay_;
    GradientRule rule_;
};

/// Operands: parameter (written), gradient, mean of squares (written), [velocity (written) if momentum != 0,] state.
class RmsPropUpdate : public Problem {
  public:
    struct Settings {
        float decay = 0.99f, epsilon = 1e-8f, momentum = 0, weight_decay = 0;
    };
    RmsPropUpdate(std::uint64_t elements, const Settings& settings, const GradientRule& rule) : elements_(elements), s_(settings), rule_(rule) {}
    std::string name() const override { return "rmsprop " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    Settings s_;
    GradientRule rule_;
};

/// Operands: parameter (written), gradient, moment (written), state.
class LionUpdate : public Problem {
  public:
    LionUpdate(std::uint64_t elements, float beta1, float beta2, float weight_decay, const GradientRule& rule)
        : elements_(elements), beta1_(beta1), beta2_(beta2), weight_decay_(weight_decay), rule_(rule) {}
    std::string name() const override { return "lion " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float beta1_, beta2_, weight_decay_;
    GradientRule rule_;
};

/// Operands: gradient (a mean over the live rows), sum over rows since the last update (written), state.
class AccumulateGradient : public Problem {
  public:
    explicit AccumulateGradient(std::uint64_t elements) : elements_(elements) {}
    std::string name() const override { return "accumulate gradient " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<AccumulateGradient>(std::min<std::uint64_t>(elements_, 67)); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
};

/// Operands: x, partial sums of its squares (parts(elements) of them).
class SquareSum : public Problem {
  public:
    explicit SquareSum(std::uint64_t elements) : elements_(elements) {}
    static constexpr std::uint32_t most_parts = 64;
    /// The same on every device: they decide the order of the sum.
    static std::uint32_t parts(std::uint64_t elements);
    std::string name() const override { return "sum of squares " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<SquareSum>(std::min<std::uint64_t>(elements_, 1027)); }
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    std::uint64_t elements_;
};

/// Operands: partial sums of squares (read if clip_norm != 0), state (written).
class BeginUpdate : public Problem {
  public:
    BeginUpdate(std::uint32_t partials, std::uint32_t accumulate, float clip_norm)
        : partials_(partials), accumulate_(accumulate), clip_norm_(clip_norm) {}
    std::string name() const override { return "begin update " + std::to_string(partials_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<BeginUpdate>(std::min(partials_, 131u), accumulate_, clip_norm_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t partials_, accumulate_;
    float clip_norm_;
};

/// Operands: parameter, average (written), state.
class WeightAverage : public Problem {
  public:
    WeightAverage(std::uint64_t elements, float decay) : elements_(elements), decay_(decay) {}
    std::string name() const override { return "weight average " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<WeightAverage>(std::min<std::uint64_t>(elements_, 67), decay_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float decay_;
};

/// Operands: weight [rows, columns] (written), state.
class LimitNorm : public Problem {
  public:
    LimitNorm(std::uint64_t rows, std::uint64_t columns, float limit) : rows_(rows), columns_(columns), limit_(limit) {}
    std::string name() const override { return "limit norm " + std::to_string(rows_) + "x" + std::to_string(columns_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<LimitNorm>(std::min<std::uint64_t>(rows_, 17), std::min<std::uint64_t>(columns_, 67), limit_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t rows_, columns_;
    float limit_;
};

/// Operands: weight (written), state.
class LimitRange : public Problem {
  public:
    LimitRange(std::uint64_t elements, float low, float high) : elements_(elements), low_(low), high_(high) {}
    std::string name() const override { return "limit range " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<LimitRange>(std::min<std::uint64_t>(elements_, 67), low_, high_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float low_, high_;
};

/// Operands: weight (written), mask (0 where the weight is pruned, otherwise 1), state.
class MaskWeights : public Problem {
  public:
    explicit MaskWeights(std::uint64_t elements) : elements_(elements) {}
    std::string name() const override { return "mask weights " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<MaskWeights>(std::min<std::uint64_t>(elements_, 67)); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
};

}  // namespace hekla::kernels
