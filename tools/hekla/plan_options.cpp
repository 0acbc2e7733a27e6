#include "plan_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

namespace hekla::command {

void add_training_options(CLI::App& sub, PlanArguments& a) {
    sub.add_option("--precision", a.precision,
                   "mixed: computed values and their gradients in 16 bits, weights in 32, arithmetic "
                   "in 32; takes about half of their memory (f32)")
        ->check(CLI::IsMember({"f32", "mixed"}));
    sub.add_option("--memory", a.memory,
                   "low: compute cheap values again for the backward pass instead of keeping them; "
                   "the same bits, in less memory and more time (normal)")
        ->check(CLI::IsMember({"normal", "low"}));
}

void add_precision_option(CLI::App& sub, PlanArguments& a) {
    sub.add_option("--precision", a.precision,
                   "What weights and computed values are stored as; arithmetic is in 32 bits. f16: "
                   "both in 16 bits; mixed: weights in 32. Prints how far the results are from f32 (f32)")
        ->check(CLI::IsMember({"f32", "f16", "mixed"}));
}

CompileOptions compile_options(const PlanArguments& a) {
    return {.precision = a.precision == "f16"     ? Precision::f16
                         : a.precision == "mixed" ? Precision::mixed
                                                  : Precision::f32,
            .memory = a.memory == "low" ? Memory::low : Memory::normal};
}

OutputError output_error(std::span<const float> outputs, std::span<const float> exact) {
    OutputError error;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const double difference = std::abs(double{outputs[i]} - double{exact[i]});
        error.largest = std::max(error.largest, difference);
        error.mean += difference / static_cast<double>(outputs.size());
    }
    return error;
}

std::string error_text(const OutputError& error) {
    return "largest difference from f32 " + fixed(error.largest, 6) + ", mean " + fixed(error.mean, 6);
}

Json error_json(const OutputError& error) {
    return {{"largest", error.largest}, {"mean", error.mean}};
}

}  // namespace hekla::command
