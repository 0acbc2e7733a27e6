// Learning from a teacher: the loss against its formula, the gradient against differences, and a student that comes to agree.

#include <gmock/gmock.h>
#include <hekla/nn.h>

#include <algorithm>
#include <cmath>

#include "support/compare.h"
#include "support/expect_error.h"
#include "support/interpreter.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;
using tests::Values;
using tests::values_of;

/// softmax(row / temperature)
Values warm(std::span<const double> row, double temperature) {
    const double top = *std::max_element(row.begin(), row.end());
    Values result;
    double sum = 0;
    for (double value : row) sum += result.emplace_back(std::exp((value - top) / temperature));
    for (double& value : result) value /= sum;
    return result;
}

/// T^2 KL(teacher || student) of logits.
double distillation(std::span<const double> student, std::span<const double> teacher, double temperature) {
    const Values s = warm(student, temperature), t = warm(teacher, temperature);
    double sum = 0;
    for (std::size_t i = 0; i < s.size(); ++i) sum += t[i] * std::log(t[i] / s[i]);
    return temperature * temperature * sum;
}

TEST(Distillation, RowsAreTheFormulaAndTheirGradientItsSlope) {
    Graph graph;
    const Tensor student = graph.input("student", {Shape{3, 5}, DType::f32}), teacher = graph.input("teacher", {Shape{3, 5}, DType::f32});
    const Tensor rows = distillation_rows(student, teacher, 3);
    const std::vector<Tensor> wrt = {student};
    const Tensor slope = gradients(reduce_sum(rows), wrt)[0];
    Values s = tests::derived_parameter(1, 15, 4), t = tests::derived_parameter(2, 15, 4);
    const std::vector<Values> found = tests::interpret(graph, {{student.id(), s}, {teacher.id(), t}}, std::vector<Tensor>{rows, slope});
    const auto formula = [&](std::size_t row) { return distillation(std::span(s).subspan(row * 5, 5), std::span(t).subspan(row * 5, 5), 3); };
    for (std::size_t row = 0; row < 3; ++row) EXPECT_NEAR(found[0][row], formula(row), 1e-6);
    for (std::size_t i = 0; i < 15; ++i) {
        constexpr double step = 1e-5;
        const double middle = s[i];
        s[i] = middle + step;
        const double up = formula(i / 5);
        s[i] = middle - step;
        EXPECT_NEAR(found[1][i], (up - formula(i / 5)) / (2 * step), 1e-6) << i;
        s[i] = middle;
    }
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { distillation_rows(student, teacher, 0); }), testing::HasSubstr("temperature"));
}

Network teacher_network(std::uint64_t seed, bool softmax = false) {
    std::vector<Layer> layers = {Conv2d{.filters = 8}, BatchNorm{}, Relu{}, Dropout{0.5f}, MaxPool2d{2}, Flatten{}, Dense{10}};
    if (softmax) layers.emplace_back(Softmax{});
    Network net = Sequential(layers);
    net.build({.image_shape = small_image, .scale = 2.0f / 255, .shift = -1, .classes = {}}, seed);
    return net;
}
Network student_network() {
    Network net = Sequential{Flatten{}, Dense{32}, Tanh{}, Dense{10}};
    net.build({.image_shape = small_image, .classes = {}}, 2);
    return net;
}

/// Logits of all images, up to a constant per row, which no softmax sees.
Values logits_of(const Network& net, const data::Dataset& data) {
    Values result;
    for (float probability : Trainer(shared_device(), net).predict(data)) result.push_back(std::log(double{probability}));
    return result;
}

void expect_first_loss(const Network& teacher) {
    const data::Dataset data = derived_dataset(7, small_image);  // fewer than the batch: dead rows must not count
    const Network student = student_network();
    const Values s = logits_of(student, data), t = logits_of(teacher, data);
    double hard = 0, soft = 0;
    for (std::size_t row = 0; row < 7; ++row) {
        hard -= s[row * 10 + data.labels[row]] / 7;
        soft += distillation(std::span(s).subspan(row * 10, 10), std::span(t).subspan(row * 10, 10), 4) / 7;
    }
    double loss = 0;
    Trainer trainer(shared_device(), student, {.distillation = Distillation{.teacher = teacher, .temperature = 4, .weight = 0.7f}});
    trainer.fit(data, {.batch = 16, .on_step = [&](const StepResult& step) { loss = step.loss; }});
    EXPECT_NEAR(loss, 0.3 * hard + 0.7 * soft, 2e-5 * loss);
    EXPECT_GT(soft, 0.1);
    EXPECT_NEAR(trainer.evaluate(data).loss, Trainer(shared_device(), student).evaluate(data).loss, 1e-6) << "evaluated by the labels alone";
}

TEST(Distillation, FirstLossIsTheFormula) { expect_first_loss(teacher_network(5)); }
TEST(Distillation, ATeacherMayEndInASoftmax) { expect_first_loss(teacher_network(5, true)); }

double agreement(const Network& a, const Network& b, const data::Dataset& data) {
    const Values l = logits_of(a, data), r = logits_of(b, data);
    std::size_t same = 0;
    for (std::size_t row = 0; row < data.size(); ++row) {
        const auto best = [&](const Values& v) {
            const auto begin = v.begin() + static_cast<std::ptrdiff_t>(row * 10);
            return std::max_element(begin, begin + 10) - begin;
        };
        same += best(l) == best(r);
    }
    return static_cast<double>(same) / static_cast<double>(data.size());
}

TEST(Distillation, AStudentComesToAgreeWithItsTeacher) {
    // A teacher that was never trained: nothing but itself can teach what it says.
    const data::Dataset data = derived_dataset(120, small_image);
    const Network teacher = teacher_network(9);
    const auto teacher_before = values_of(teacher);
    const auto taught = [&](float weight, std::uint32_t steps, double milliseconds) {
        const Network student = student_network();
        Trainer trainer(shared_device(), student, {.distillation = Distillation{.teacher = teacher, .temperature = 2, .weight = weight}, .optimizer = Adam{.learning_rate = 1e-2f}});
        trainer.fit(data, {.epochs = 60, .batch = 16, .steps_per_submit = steps, .submit_ms = milliseconds});
        return student;
    };
    const Network student = taught(1, 1, 0);
    const double before = agreement(student_network(), teacher, data), after = agreement(student, teacher, data);
    EXPECT_GT(after, 0.7);
    EXPECT_GT(after, before + 0.4);
    EXPECT_LT(agreement(taught(0, 32, 0), teacher, data), 0.5) << "the labels alone do not teach that";
    EXPECT_TRUE(values_of(teacher) == teacher_before);
    EXPECT_TRUE(teacher.parameter("dense_1.weight")->trainable()) << "the network given is left alone";
    EXPECT_TRUE(values_of(taught(1, 32, 0)) == values_of(student)) << "however the steps are submitted";
    EXPECT_TRUE(values_of(taught(1, 32, 0.05)) == values_of(student)) << "cut dispatches";
}

TEST(Distillation, TeachersThatDoNotFitAreNamed) {
    const auto message = [](const Distillation& distillation) {
        return error_of(ErrorCode::invalid_argument, [&] {
            Trainer trainer(shared_device(), student_network(), {.distillation = distillation});
            trainer.fit(derived_dataset(4, small_image), {});
        });
    };
    EXPECT_THAT(message({.teacher = Sequential{Dense{10}}}), testing::HasSubstr("the teacher is not built"));
    EXPECT_THAT(message({.teacher = teacher_network(1), .temperature = 0}), testing::HasSubstr("temperature"));
    EXPECT_THAT(message({.teacher = teacher_network(1), .weight = 1.5f}), testing::HasSubstr("[0, 1]"));
    Network other = Sequential{Flatten{}, Dense{9}};
    other.build({.image_shape = small_image, .classes = {}});
    EXPECT_THAT(message({.teacher = other}), testing::HasSubstr("the teacher gives 9 per image, the student 10"));
    Network larger = Sequential{Flatten{}, Dense{10}};
    larger.build({.image_shape = {9, 9, 1}, .classes = {}});
    EXPECT_THAT(message({.teacher = larger}), testing::HasSubstr("images of 9x9x1"));
}

}  // namespace
}  // namespace hekla
