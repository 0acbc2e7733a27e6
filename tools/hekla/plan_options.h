#pragma once
// --memory: how the steps of a run are compiled.

#include <hekla/compile_options.h>

#include <string>

namespace CLI {
class App;
}

namespace hekla::command {

struct PlanArguments {
    std::string memory = "normal";
};

void add_plan_options(CLI::App& subcommand, PlanArguments& arguments);

CompileOptions compile_options(const PlanArguments& arguments);

}  // namespace hekla::command
