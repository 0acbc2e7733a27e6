#include "plan_options.h"

#include <CLI/CLI.hpp>

namespace hekla::command {

void add_plan_options(CLI::App& sub, PlanArguments& a) {
    sub.add_option("--memory", a.memory,
                   "low: compute cheap values again for the backward pass instead of keeping them; "
                   "the same bits, in less memory and more time (normal)")
        ->check(CLI::IsMember({"normal", "low"}));
}

CompileOptions compile_options(const PlanArguments& a) {
    return {.precision = Precision::f32,
            .memory = a.memory == "low" ? Memory::low : Memory::normal};
}

}  // namespace hekla::command
