#pragma once
// --tune, --choices and --write-choices: how the kernels of a run are chosen, and kept.

#include <hekla/choices.h>

#include <string>

namespace CLI {
class App;
}

namespace hekla::command {

struct KernelArguments {
    std::string tune = "off", choices, write_choices;
};

void add_kernel_options(CLI::App& subcommand, KernelArguments& arguments);

/// Reads the file of --choices, a list or a model file. Throws Error naming it.
KernelSettings kernel_settings(const KernelArguments& arguments);

/// Throws Error if the file of --write-choices can't be made; called before the work.
void check_kernel_options(const KernelArguments& arguments);
/// Writes it, if it is wanted.
void write_choices(const KernelArguments& arguments, const KernelChoices& choices);

/// SHA-256 of a list, as model files have it; empty of none.
std::string choices_hash(const KernelChoices& choices);

}  // namespace hekla::command
