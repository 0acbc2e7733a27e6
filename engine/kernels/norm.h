#pragma once
// Batch, layer, group and instance normalization: statistics, the normalized values and both parts of the gradient.
// All take the step state as an operand or not: with one, rows of samples that are not live count for nothing.

#include "base/geometry.h"
#include "base/step_state.h"
#include "kernels/problem.h"

namespace hekla::kernels {

/// Rows that count: those of the live samples; all of them in a graph without batches.
std::uint32_t live_rows(const StepState& state, std::uint32_t rows, std::uint32_t sample_rows);

/// What the four problems share.
class NormProblem : public Problem {
  public:
    NormProblem(const NormGeometry& geometry, bool with_state) : g_(geometry), with_state_(with_state) {}
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  protected:
    /// Operand of the state: the one before the last.
    std::vector<Operand> with_state(std::vector<Operand> inputs, std::uint64_t outputs) const;
    std::string described(const char* what) const;
    NormGeometry small_geometry() const;
    std::uint32_t live(const std::vector<std::vector<double>>& operands) const;
    /// What kind of operand it is, for samples.
    virtual bool is_statistics(std::uint32_t) const { return false; }

    NormGeometry g_;
    bool with_state_;
};

/// Operands: x, [state,] statistics [3, outer, groups].
class NormStatistics : public NormProblem {
  public:
    using NormProblem::NormProblem;
    std::string name() const override { return described("norm statistics"); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<NormStatistics>(small_geometry(), with_state_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
};

/// Operands: x, statistics, scale, shift, [state,] y.
class Normalize : public NormProblem {
  public:
    using NormProblem::NormProblem;
    std::string name() const override { return described("normalize"); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<Normalize>(small_geometry(), with_state_); }
    void reference(std::vector<std::vector<double>>& operands) const override;

  protected:
    bool is_statistics(std::uint32_t operand) const override { return operand == 1; }
};

/// Operands: dy, x, statistics, [state,] sums [2, outer, channels].
class NormSums : public NormProblem {
  public:
    using NormProblem::NormProblem;
    std::string name() const override { return described("norm sums"); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<NormSums>(small_geometry(), with_state_); }
    void reference(std::vector<std::vector<double>>& operands) const override;

  protected:
    bool is_statistics(std::uint32_t operand) const override { return operand == 2; }
};

/// Operands: x, dy, sums, statistics, scale, [state,] dx.
class NormInputGradient : public NormProblem {
  public:
    using NormProblem::NormProblem;
    std::string name() const override { return described("norm input gradient"); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<NormInputGradient>(small_geometry(), with_state_); }
    void reference(std::vector<std::vector<double>>& operands) const override;

  protected:
    bool is_statistics(std::uint32_t operand) const override { return operand == 3; }
};

/// Operands: mean, variance [channels], statistics [3, channels].
class GivenStatistics : public Problem {
  public:
    GivenStatistics(std::uint32_t channels, float epsilon) : channels_(channels), epsilon_(epsilon) {}
    std::string name() const override { return "given statistics " + std::to_string(channels_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<GivenStatistics>(channels_ < 37 ? channels_ : 37, epsilon_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t channels_;
    float epsilon_;
};

/// Operands: statistics [3, channels], [state,] mean, variance (both in place).
class RunningAverage : public Problem {
  public:
    RunningAverage(std::uint32_t channels, std::uint32_t rows, std::uint32_t sample_rows, float momentum, bool with_state)
        : channels_(channels), rows_(rows), sample_rows_(sample_rows), momentum_(momentum), with_state_(with_state) {}
    std::string name() const override { return "running average " + std::to_string(channels_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<RunningAverage>(channels_ < 37 ? channels_ : 37, rows_, sample_rows_, momentum_, with_state_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t channels_, rows_, sample_rows_;
    float momentum_;
    bool with_state_;
};

}  // namespace hekla::kernels
