#pragma once
// What a training step needs beside layers: the batch, dropout, the mean loss, the step's record, the counters and the
// optimizers. All take the step state (engine/base/step_state.h) as an operand.

#include "base/step_state.h"
#include "kernels/problem.h"
#include "reference/reference.h"

namespace hekla::kernels {

inline constexpr std::uint32_t state_words = sizeof(StepState) / 4;
StepState state_of(const std::vector<double>& words);
std::vector<double> words_of_state(const StepState& state);
/// A state in the middle of training, for self-tests.
StepState sample_state(std::uint32_t rows);

/// Operands: rows, [state,] mean (one number).
class MeanRows : public Problem {
  public:
    MeanRows(std::uint32_t rows, bool with_state) : rows_(rows), with_state_(with_state) {}
    std::string name() const override { return "mean of rows " + std::to_string(rows_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<MeanRows>(std::min(rows_, 131u), with_state_); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_;
    bool with_state_;
};

/// Operands: dmean, [state,] drows.
class MeanRowsGradient : public Problem {
  public:
    MeanRowsGradient(std::uint32_t rows, bool with_state) : rows_(rows), with_state_(with_state) {}
    std::string name() const override { return "mean of rows gradient " + std::to_string(rows_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<MeanRowsGradient>(std::min(rows_, 131u), with_state_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_;
    bool with_state_;
};

/// Operands: loss, correct rows, state (written), ring of StepRecords (written).
class RecordStep : public Problem {
  public:
    explicit RecordStep(std::uint32_t rows) : rows_(rows) {}
    std::string name() const override { return "record step " + std::to_string(rows_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<RecordStep>(std::min(rows_, 131u)); }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_;
};

/// Operand: state (written).
class Advance : public Problem {
  public:
    /// growth_steps: good steps until the loss scale doubles; 0: the loss is not scaled.
    Advance(float beta1, float beta2, const reference::ScheduleSettings& schedule = {}, std::uint32_t growth_steps = 0)
        : beta1_(beta1), beta2_(beta2), schedule_(schedule), growth_steps_(growth_steps) {}
    std::string name() const override { return "advance"; }
    std::vector<Operand> operands() const override { return {{DType::u32, state_words, true, true}}; }
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    float beta1_, beta2_;
    reference::ScheduleSettings schedule_;
    std::uint32_t growth_steps_;
};

/// Operands: x, state, y.
class Dropout : public Problem {
  public:
    Dropout(std::uint64_t elements, float rate, std::uint32_t stream) : elements_(elements), rate_(rate), stream_(stream) {}
    std::string name() const override { return "dropout " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<Dropout>(std::min<std::uint64_t>(elements_, 131), rate_, stream_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float rate_;
    std::uint32_t stream_;
};

/// One range of a resident data set. Operands: images (u32 words of packed bytes), order, state, rows (written in part).
class GatherImages : public Problem {
  public:
    struct Settings {
        std::uint32_t rows = 0, image_bytes = 0, first_sample = 0, sample_count = 0, samples = 0;
        bool clears = true;  // also writes zeros into rows that are no samples
        float scale = 1, shift = 0;
    };
    explicit GatherImages(const Settings& settings) : s_(settings) {}
    std::string name() const override { return "gather images " + std::to_string(s_.rows) + "x" + std::to_string(s_.image_bytes); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    Settings s_;
};

/// Operands: labels (all samples), order, state, rows (u32 [rows], or f32 [rows, classes] with one_hot).
class GatherLabels : public Problem {
  public:
    GatherLabels(std::uint32_t rows, std::uint32_t samples, std::uint32_t classes, bool one_hot)
        : rows_(rows), samples_(samples), classes_(classes), one_hot_(one_hot) {}
    std::string name() const override { return "gather labels " + std::to_string(rows_); }
    std::string details() const override { return one_hot_ ? "one-hot" : ""; }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override {
        return std::make_unique<GatherLabels>(std::min(rows_, 7u), std::min(samples_, 23u), classes_, one_hot_);
    }
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t rows_, samples_, classes_;
    bool one_hot_;
};

/// What is done to gradients before an update, beside weight decay.
struct GradientRule {
    bool scaled = false;  // by the step state's gradient_scale
    float clip_value = 0;
    bool decoupled = false;  // weight decay

    reference::GradientRule in(const StepState& state) const {
        return {scaled ? double{state.gradient_scale} : 1.0, double{clip_value}, decoupled};
    }
};

/// Operands: parameter (written), gradient, [velocity (written) if momentum != 0,] state. The learning rate is the state's.
class SgdUpdate : public Problem {
  public:
    SgdUpdate(std::uint64_t elements, float momentum, bool nesterov, float weight_decay, const GradientRule& rule = {})
        : elements_(elements), momentum_(momentum), nesterov_(nesterov), weight_decay_(weight_decay), rule_(rule) {}
    std::string name() const override { return "sgd " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float momentum_;
    bool nesterov_;
    float weight_decay_;
    GradientRule rule_;
};

/// Operands: parameter, gradient, first moment, second moment (all but the gradient written), state.
class AdamUpdate : public Problem {
  public:
    AdamUpdate(std::uint64_t elements, float beta1, float beta2, float epsilon, float weight_decay, const GradientRule& rule = {})
        : elements_(elements), beta1_(beta1), beta2_(beta2), epsilon_(epsilon), weight_decay_(weight_decay), rule_(rule) {}
    std::string name() const override { return "adam " + std::to_string(elements_); }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements_;
    float beta1_, beta2_, epsilon_, weight_decay_;
    GradientRule rule_;
};

}  // namespace hekla::kernels
