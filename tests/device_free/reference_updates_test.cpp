// The reference's updates against PyTorch's in float64 (tests/golden/updates.json).

#include <gtest/gtest.h>

#include <cmath>

#include "reference/reference.h"
#include "support/compare.h"
#include "support/golden.h"

namespace hekla::reference {
namespace {

using tests::GoldenCase;
using Values = std::vector<double>;

Values row_of(const tests::GoldenTensor& tensor, std::size_t row) {
    const std::size_t size = tensor.values.size() / tensor.shape[0];
    const auto begin = tensor.values.begin() + static_cast<std::ptrdiff_t>(row * size);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

struct Moments {
    Values first, second;
};

double setting(const GoldenCase& test, const char* name) { return test.options.at("settings").at(name); }

void update(const GoldenCase& test, std::size_t step, const GradientRule& rule, Out p, In g, Moments& m) {
    const auto s = [&](const char* name) { return setting(test, name); };
    const double rate = s("learning_rate"), decay = s("weight_decay"), t = static_cast<double>(step) + 1;
    if (test.op == "sgd") sgd({rate, s("momentum"), decay, test.options.at("settings").at("nesterov"), rule}, p, g, s("momentum") != 0 ? Out(m.first) : Out());
    if (test.op == "adam") adam({rate, s("beta1"), s("beta2"), s("epsilon"), decay, rule}, std::pow(s("beta1"), t), std::pow(s("beta2"), t), p, g, m.first, m.second);
    if (test.op == "adamw") {
        GradientRule decoupled = rule;
        decoupled.decoupled = true;
        adam({rate, s("beta1"), s("beta2"), s("epsilon"), decay, decoupled}, std::pow(s("beta1"), t), std::pow(s("beta2"), t), p, g, m.first, m.second);
    }
    if (test.op == "adagrad") adagrad({rate, s("epsilon"), s("initial"), decay, rule}, p, g, m.second);
    if (test.op == "rmsprop") rmsprop({rate, s("decay"), s("epsilon"), s("momentum"), decay, rule}, p, g, m.second, s("momentum") != 0 ? Out(m.first) : Out());
    if (test.op == "lion") {
        GradientRule decoupled = rule;
        decoupled.decoupled = true;
        lion({rate, s("beta1"), s("beta2"), decay, decoupled}, p, g, m.first);
    }
}

void check(const GoldenCase& test) {
    Values w = test["w"].values, b = test["b"].values;
    Moments of_w{Values(w.size()), Values(w.size())}, of_b{Values(b.size()), Values(b.size())};
    const auto& o = test.options;
    for (std::size_t step = 0; step < test["dw"].shape[0]; ++step) {
        const Values dw = row_of(test["dw"], step), db = row_of(test["db"], step);
        GradientRule rule{1, o.value("clip_value", 0.0), false};
        if (o.contains("clip_norm")) {
            double squares = 0;
            for (const Values* part : {&dw, &db})
                for (double g : *part) squares += g * g;
            rule.scale = std::min(1.0, o.at("clip_norm").get<double>() / (std::sqrt(squares) + 1e-6));
        }
        update(test, step, rule, w, dw, of_w);
        update(test, step, rule, b, db, of_b);
        if (o.contains("low"))
            for (Values* part : {&w, &b})
                for (double& value : *part) value = std::min(std::max(value, o.at("low").get<double>()), o.at("high").get<double>());
        if (o.contains("max_norm")) limit_norm(5, 3, o.at("max_norm"), w);
        ASSERT_TRUE(tests::close(w, row_of(test["w_after"], step), 1e-12)) << "w, step " << step;
        ASSERT_TRUE(tests::close(b, row_of(test["b_after"], step), 1e-12)) << "b, step " << step;
    }
}

TEST(ReferenceUpdates, AgreeWithPyTorch) {
    std::size_t checked = 0;
    for (const GoldenCase& test : tests::load_golden("updates.json")) {
        if (test.options.contains("rows")) continue;  // accumulation is a kernel's own affair
        SCOPED_TRACE(test.name);
        check(test);
        ++checked;
    }
    EXPECT_EQ(checked, 20u);
}

TEST(ReferenceSchedule, WarmsUpAndThenBegins) {
    const ScheduleSettings s{.kind = ScheduleSettings::Kind::step, .warmup = 4, .period = 3, .factor = 0.5f};
    const double expected[] = {0.25, 0.5, 0.75, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25};
    for (std::uint32_t t = 0; t < 11; ++t) EXPECT_DOUBLE_EQ(schedule_factor(s, t), expected[t]) << t;
}

}  // namespace
}  // namespace hekla::reference
