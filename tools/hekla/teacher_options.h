#pragma once
// The options of `hekla train` that let a network learn from another one, and what came of it.

#include <hekla/nn.h>

#include <iosfwd>
#include <optional>
#include <string>

#include "output.h"

namespace CLI {
class App;
}

namespace hekla::command {

struct TeacherArguments {
    std::string teacher;
    std::optional<float> temperature, weight;
};

void add_teacher_options(CLI::App& subcommand, TeacherArguments& arguments);

/// Reads the teacher's file; nothing without one. Throws Error naming it, and for options that need a teacher.
std::optional<Distillation> distillation(const TeacherArguments& arguments);

/// One of teacher and student.
struct TaughtNetwork {
    double accuracy = 0, images_per_second = 0;
    std::uint64_t parameters = 0, multiply_adds = 0, file_bytes = 0;
};
struct TeacherComparison {
    TaughtNetwork teacher, student;
    double agreement = 0;  // share of the test images for which both name the same class
};
/// Runs both over the test images; `trainer` is the student's, `model` its file.
TeacherComparison compare_with_teacher(Device& device, const Network& teacher, const std::string& teacher_file, Trainer& trainer, const Network& student,
                                       const std::string& model, const data::Dataset& test);

std::string comparison_text(const TeacherComparison& comparison);
Json comparison_json(const TeacherComparison& comparison);

}  // namespace hekla::command
