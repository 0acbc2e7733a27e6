#include "support/op_case.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "kernels/selection.h"
#include "reference/reference.h"
#include "support/compare.h"
#include "support/device_run.h"
#include "support/interpreter.h"
#include "support/shared_device.h"
#include "vulkan/device.h"

namespace hekla::tests {
namespace {

constexpr std::uint32_t seed = 20;
constexpr std::uint32_t dy_stream = 1000, direction_stream = 2000;

Values random_values(std::uint64_t elements, std::uint32_t stream, double low, double high) {
    Values values(elements);
    for (std::uint32_t i = 0; i < values.size(); ++i)
        values[i] = low + (high - low) * reference::random_unit(seed, 0, stream, i);
    return values;
}

/// Magnitudes below float's smallest normal number are zero to a device.
Values without_underflow(Values values) {
    for (double& value : values)
        if (std::fabs(value) < std::numeric_limits<float>::min()) value = 0;
    return values;
}

/// As the device will see them.
Values in_single_precision(Values values) {
    for (double& value : values) value = static_cast<float>(value);
    return values;
}

Values values_of(const OpInput& input, std::uint32_t stream) {
    if (!input.values.empty()) return in_single_precision(input.values);
    Values values = random_values(input.desc.elements(), stream, input.low, input.high);
    if (input.desc.dtype == DType::f32) return in_single_precision(std::move(values));
    for (double& value : values) value = std::floor(value);
    return values;
}

/// A case's graph with its feeds, and its gradients if asked for.
struct BuiltCase {
    Graph graph;
    Feeds feeds;
    Tensor y, dy;
    std::vector<Tensor> wrt, gradients;

    explicit BuiltCase(const OpCase& test) {
        std::vector<Tensor> tensors;
        for (std::uint32_t i = 0; i < test.inputs.size(); ++i) {
            const OpInput& input = test.inputs[i];
            tensors.push_back(graph.input("input " + std::to_string(i), input.desc));
            feeds[tensors.back().id()] = values_of(input, i);
            if (input.differentiable) wrt.push_back(tensors.back());
        }
        if (test.state) feeds[graph.step_state().id()] = words_of(*test.state);
        y = test.build(graph, tensors);
    }

    void add_gradients() {
        dy = graph.input("dy", y.desc());
        feeds[dy.id()] = in_single_precision(random_values(y.desc().elements(), dy_stream, -1, 1));
        gradients = hekla::gradients(y, dy, wrt);
    }
};

double dot(const Values& l, const Values& r) {
    double sum = 0;
    for (std::size_t i = 0; i < l.size(); ++i) sum += l[i] * r[i];
    return sum;
}

/// Compares the gradients with a central difference of sum(dy * y) along one random direction.
void check_direction(const BuiltCase& built, const std::vector<Values>& gradients,
                     std::uint32_t direction) {
    constexpr double step = 1e-6, tolerance = 1e-6;
    Feeds ahead = built.feeds, behind = built.feeds;
    double expected = 0, squares = 0, rounding = 0;
    for (std::size_t i = 0; i < built.wrt.size(); ++i) {
        const std::uint32_t id = built.wrt[i].id();
        const std::uint32_t stream = direction_stream + 100 * direction + static_cast<std::uint32_t>(i);
        const Values along = random_values(gradients[i].size(), stream, -1, 1);
        expected += dot(gradients[i], along);
        for (std::size_t e = 0; e < along.size(); ++e) {
            squares += gradients[i][e] * gradients[i][e] * along[e] * along[e];
            rounding += std::fabs(gradients[i][e] * ahead[id][e]);
            ahead[id][e] += step * along[e];
            behind[id][e] -= step * along[e];
        }
    }
    const Values after = interpret(built.graph, ahead, std::vector{built.y})[0];
    const Values before = interpret(built.graph, behind, std::vector{built.y})[0];
    const Values& dy = built.feeds.at(built.dy.id());
    double found = 0;
    for (std::size_t e = 0; e < dy.size(); ++e) {
        found += dy[e] * (after[e] - before[e]) / (2 * step);
        rounding += std::fabs(dy[e] * after[e]);
    }
    // The second term is what rounding of the values and of their steps does to the difference.
    const double allowed = tolerance * std::sqrt(squares) + 1e-15 * rounding / step;
    EXPECT_LE(std::fabs(found - expected), allowed)
        << "the finite difference along direction " << direction << " is " << found
        << ", the gradient says " << expected;
}

double milliseconds(Plan& plan) {
    using Clock = std::chrono::steady_clock;
    double best = 1e30;
    for (int run = 0; run < 5; ++run) {
        const auto start = Clock::now();
        plan.run();
        best = std::min(best, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    return best;
}

}  // namespace

OpInput random_input(Shape shape, double low, double high) {
    return {{std::move(shape), DType::f32}, low, high, true, {}};
}

OpInput fixed_input(Shape shape, double low, double high) {
    return {{std::move(shape), DType::f32}, low, high, false, {}};
}

OpInput labels(std::uint64_t rows, std::uint32_t classes, std::uint64_t live) {
    OpInput input{{Shape{rows}, DType::u32}, 0, static_cast<double>(classes), false, {}};
    for (std::uint32_t row = 0; row < rows; ++row)
        input.values.push_back(row < live ? (row * 7 + 3) % classes : classes + row);
    return input;
}

bool OpCase::differentiable() const {
    return std::any_of(inputs.begin(), inputs.end(),
                       [](const OpInput& input) { return input.differentiable; });
}

std::ostream& operator<<(std::ostream& out, const OpCase& test) { return out << test.name; }

void check_values(const OpCase& test) {
    const OpCase defaults;
    if (test.value_tolerance != defaults.value_tolerance ||
        test.gradient_tolerance != defaults.gradient_tolerance) {
        EXPECT_FALSE(test.why.empty()) << "a tolerance of its own needs a reason";
    }
    BuiltCase built(test);
    const std::vector<Values> expected = interpret(built.graph, built.feeds, std::vector{built.y});
    const std::vector<Values> actual = run_on_device(built.graph, built.feeds, {built.y});
    EXPECT_TRUE(close(actual[0], without_underflow(expected[0]), test.value_tolerance));
}

void check_gradients(const OpCase& test) {
    BuiltCase built(test);
    built.add_gradients();
    const std::vector<Values> expected = interpret(built.graph, built.feeds, built.gradients);
    const std::vector<Values> actual = run_on_device(built.graph, built.feeds, built.gradients);
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_TRUE(close(actual[i], without_underflow(expected[i]), test.gradient_tolerance))
            << "gradient of " << built.graph.value(built.wrt[i]).name << " " << to_string(built.wrt[i].shape());
    for (std::uint32_t direction = 0; direction < 2; ++direction)
        check_direction(built, expected, direction);
}

void check_support(const OpCase& test) {
    BuiltCase built(test);
    EXPECT_NO_THROW(compile(shared_device(), built.graph, {built.y}));
    if (test.differentiable()) {
        built.add_gradients();
        EXPECT_NO_THROW(compile(shared_device(), built.graph, built.gradients));
    }
    // Every kernel in quarantine fails one test, the first that comes after it.
    static std::size_t reported = 0;
    const auto& quarantined = kernels::Selection::of(shared_device().vulkan()).quarantined();
    for (; reported < quarantined.size(); ++reported) ADD_FAILURE() << "in quarantine: " << quarantined[reported];
}

void measure(const OpCase& test) {
    BuiltCase built(test);
    Plan forward = compile(shared_device(), built.graph, {built.y});
    set_feeds(forward, built.graph, built.feeds);
    std::printf("%-60s %9.3f ms", test.name.c_str(), milliseconds(forward));
    if (test.differentiable()) {
        built.add_gradients();
        Plan backward = compile(shared_device(), built.graph, built.gradients);
        set_feeds(backward, built.graph, built.feeds);
        std::printf(" %9.3f ms with gradients", milliseconds(backward));
    }
    std::printf("\n");
}

std::vector<OpCase> with_gradients(std::vector<OpCase> cases) {
    std::erase_if(cases, [](const OpCase& test) { return !test.differentiable(); });
    return cases;
}

std::vector<OpCase> to_measure(std::vector<OpCase> cases) {
    const char* wanted = std::getenv("HEKLA_TEST_PERF");
    if (!wanted || std::strcmp(wanted, "1") != 0) cases.clear();
    return cases;
}

std::string case_name(const testing::TestParamInfo<OpCase>& info) {
    std::string name = std::to_string(info.index) + "_" + info.param.name;
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
}

}  // namespace hekla::tests
