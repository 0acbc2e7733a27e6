#pragma once
// One case of an operation, checked in four ways:
//   Values     the device's result against the interpreter's
//   Gradients  the device's gradients against the interpreter's, and those against finite differences
//   Support    the device offers kernels that pass their self-test
//   Perf       how long it takes (only with HEKLA_TEST_PERF=1)

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "base/step_state.h"

namespace hekla::tests {

struct OpInput {
    TensorDesc desc;
    double low = -1, high = 1;   // uniform in [low, high); integers below `high` for u32
    bool differentiable = true;  // Gradients asks for its gradient
    std::vector<double> values = {};  // instead of random ones
};

/// Uniform in [low, high).
OpInput random_input(Shape shape, double low = -1, double high = 1);
/// The same without a gradient.
OpInput fixed_input(Shape shape, double low = -1, double high = 1);
/// Labels below `classes` as u32 [rows]; from row `live` on they are no label.
OpInput labels(std::uint64_t rows, std::uint32_t classes, std::uint64_t live = ~0ull);

struct OpCase {
    using Build = std::function<Tensor(Graph& graph, std::span<const Tensor> inputs)>;

    std::string name;
    std::vector<OpInput> inputs;
    Build build;
    std::optional<StepState> state = {};
    // Relative to the largest magnitude of the tensor. `why` says what makes others necessary.
    double value_tolerance = 1e-5, gradient_tolerance = 1e-4;
    std::string why = {};

    bool differentiable() const;
};
std::ostream& operator<<(std::ostream& out, const OpCase& test);

void check_values(const OpCase& test);
void check_gradients(const OpCase& test);
void check_support(const OpCase& test);
/// Prints milliseconds of the forward pass and of the gradients.
void measure(const OpCase& test);

/// Those with gradients; those that Perf runs (none unless it is asked for).
std::vector<OpCase> with_gradients(std::vector<OpCase> cases);
std::vector<OpCase> to_measure(std::vector<OpCase> cases);
/// Number and name of a case, as far as googletest allows.
std::string case_name(const testing::TestParamInfo<OpCase>& info);

}  // namespace hekla::tests

/// Tests of all `cases` (an expression of type std::vector<OpCase>) in suites that begin with `name`.
#define HEKLA_OP_CASES(name, cases)                                                          \
    class name : public testing::TestWithParam<OpCase> {};                                   \
    TEST_P(name, Values) { check_values(GetParam()); }                                       \
    TEST_P(name, Support) { check_support(GetParam()); }                                     \
    INSTANTIATE_TEST_SUITE_P(Ops, name, testing::ValuesIn(cases), case_name);                \
    class name##Gradients : public testing::TestWithParam<OpCase> {};                        \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(name##Gradients);                          \
    TEST_P(name##Gradients, Gradients) { check_gradients(GetParam()); }                      \
    INSTANTIATE_TEST_SUITE_P(Ops, name##Gradients, testing::ValuesIn(with_gradients(cases)), \
                             case_name);                                                     \
    class name##Perf : public testing::TestWithParam<OpCase> {};                             \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(name##Perf);                               \
    TEST_P(name##Perf, Perf) { measure(GetParam()); }                                        \
    INSTANTIATE_TEST_SUITE_P(Ops, name##Perf, testing::ValuesIn(to_measure(cases)), case_name)
