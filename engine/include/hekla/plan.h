#pragma once
// A graph compiled for a device: recorded once, run many times.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <hekla/choices.h>
#include <hekla/compile_options.h>
#include <hekla/device.h>
#include <hekla/graph.h>

namespace hekla {

/// Device memory of a set of parameters (and of their gradients and optimizer state, once a plan
/// trains them). Plans of several sizes share one store. When the store goes, the parameters keep
/// their newest values. One thread at a time.
class ParameterStore {
  public:
    /// With Precision::f16 in 16 bits, for plans that read them only; the parameters' own values stay what they are.
    ParameterStore(const Device& device, std::vector<ParameterPtr> parameters, Precision precision = Precision::f32);
    ~ParameterStore();
    ParameterStore(const ParameterStore&) = delete;
    ParameterStore& operator=(const ParameterStore&) = delete;

    /// Host values to the device / back (all parameters).
    void upload();
    void fetch();

    struct State;
    State& state() const { return *state_; }

  private:
    std::shared_ptr<State> state_;
};

/// Not thread-safe; must not outlive its Graph and Device.
class Plan {
  public:
    Plan(Plan&&) noexcept;
    Plan& operator=(Plan&&) noexcept;
    ~Plan();

    /// Sets an input. Throws Error if the count differs from the tensor's.
    void set(Tensor input, std::span<const float> values);
    void set(Tensor input, std::span<const std::uint32_t> values);
    /// Runs everything once and waits.
    void run();
    /// An output's values after run(). Throws Error for a tensor that was not given as an output.
    std::vector<float> read(Tensor output);
    /// The step state's seed and random counter, for graphs with dropout.
    void set_random(std::uint32_t seed, std::uint32_t counter);
    void set_learning_rate(float rate);

    /// What computes what: equal choices give equal bits (KernelSettings::choices repeats them).
    const KernelChoices& choices() const;

    /// Bytes of device memory planned for intermediate values, and what they would need at least.
    std::uint64_t scratch_bytes() const;

    struct State;
    explicit Plan(std::unique_ptr<State> state);
    State& state() const { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

/// Compiles what `outputs` and the graph's updates (minimize, assign) need. Parameters live in
/// `store`; without one the plan makes its own. Throws Error: unsupported, out_of_memory (bytes
/// needed and available).
Plan compile(const Device& device, Graph& graph, const std::vector<Tensor>& outputs,
             std::shared_ptr<ParameterStore> store = nullptr, const CompileOptions& options = {});

}  // namespace hekla
