#pragma once
// --precision and --memory: how the steps of a run are compiled, and what 16 bits change in their results.

#include <hekla/nn.h>

#include <span>
#include <string>

#include "output.h"

namespace CLI {
class App;
}

namespace hekla::command {

struct PlanArguments {
    std::string precision = "f32", memory = "normal";
};

/// Both, for training (f32 or mixed).
void add_training_options(CLI::App& subcommand, PlanArguments& arguments);
/// --precision, for predictions (f32, f16 or mixed).
void add_precision_option(CLI::App& subcommand, PlanArguments& arguments);

CompileOptions compile_options(const PlanArguments& arguments);

/// How far outputs are from those of 32 bits.
struct OutputError {
    double largest = 0, mean = 0;
};
OutputError output_error(std::span<const float> outputs, std::span<const float> exact);
/// "largest difference from f32 0.000312, mean 0.000041"
std::string error_text(const OutputError& error);
Json error_json(const OutputError& error);

}  // namespace hekla::command
