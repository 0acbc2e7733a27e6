#include "teacher_options.h"

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/prune.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "number_checks.h"

namespace hekla::command {

namespace {

TaughtNetwork measured(Trainer& trainer, const Network& network, const std::string& file, const data::Dataset& test) {
    const Evaluation first = trainer.evaluate(test), second = trainer.evaluate(test);
    const NetworkSize size = size_of(network);
    return {second.accuracy, std::max(first.images_per_second, second.images_per_second), size.parameters, size.multiply_adds, io::read_file(file).size()};
}

std::vector<std::size_t> best_classes(const std::vector<float>& probabilities, std::size_t count) {
    const auto classes = static_cast<std::ptrdiff_t>(probabilities.size() / std::max<std::size_t>(count, 1));
    std::vector<std::size_t> best;
    for (auto row = probabilities.begin(); row != probabilities.end(); row += classes)
        best.push_back(static_cast<std::size_t>(std::max_element(row, row + classes) - row));
    return best;
}

Json to_json(const TaughtNetwork& network) {
    return {{"test_accuracy", network.accuracy}, {"parameters", network.parameters}, {"multiply_adds", network.multiply_adds},
            {"file_bytes", network.file_bytes},  {"images_per_second", network.images_per_second}};
}

}  // namespace

void add_teacher_options(CLI::App& sub, TeacherArguments& a) {
    sub.add_option("--teacher", a.teacher, "Learn from this model too: a student from its teacher's probabilities")->type_name("FILE.safetensors");
    sub.add_option("--temperature", a.temperature, "Of the softmax that teacher and student are compared by (4)")->check(positive_number());
    sub.add_option("--teacher-weight", a.weight, "Share of the teacher in the loss, 0 to 1 (0.7)")
        ->check(number_check("a number from 0 to 1", [](double v) { return v >= 0 && v <= 1; }));
}

std::optional<Distillation> distillation(const TeacherArguments& a) {
    if (a.teacher.empty()) {
        if (a.temperature || a.weight) throw Error(ErrorCode::invalid_argument, "[--temperature, --teacher-weight] they need a --teacher");
        return std::nullopt;
    }
    Distillation result{.teacher = Network::load(a.teacher)};
    if (a.temperature) result.temperature = *a.temperature;
    if (a.weight) result.weight = *a.weight;
    return result;
}

TeacherComparison compare_with_teacher(Device& device, const Network& teacher, const std::string& teacher_file, Trainer& trainer, const Network& student,
                                       const std::string& model, const data::Dataset& test) {
    Trainer teaching(device, teacher);
    TeacherComparison result{measured(teaching, teacher, teacher_file, test), measured(trainer, student, model, test), 0};
    const std::vector<std::size_t> l = best_classes(teaching.predict(test), test.size()), r = best_classes(trainer.predict(test), test.size());
    std::size_t same = 0;
    for (std::size_t i = 0; i < l.size(); ++i) same += l[i] == r[i];
    result.agreement = l.empty() ? 0 : static_cast<double>(same) / static_cast<double>(l.size());
    return result;
}

std::string comparison_text(const TeacherComparison& c) {
    const auto row = [](const char* name, const TaughtNetwork& n) {
        return std::vector<std::string>{name, fixed(n.accuracy, 4), std::to_string(n.parameters), std::to_string(n.multiply_adds), bytes_text(n.file_bytes),
                                        fixed(n.images_per_second, 0)};
    };
    return table({{"", "test accuracy", "parameters", "multiply-adds", "file", "images/s"}, row("teacher", c.teacher), row("student", c.student)}) +
           "both name the same class for " + fixed(100 * c.agreement, 2) + " % of the test images\n";
}

Json comparison_json(const TeacherComparison& c) {
    return {{"teacher", to_json(c.teacher)}, {"student", to_json(c.student)}, {"agreement", c.agreement}};
}

}  // namespace hekla::command
