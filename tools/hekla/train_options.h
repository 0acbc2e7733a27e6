#pragma once
// The options of `hekla train`, and what they make of a recipe.

#include <hekla/nn.h>

#include <cstdint>
#include <optional>
#include <string>

#include "kernel_options.h"
#include "update_options.h"
#include "plan_options.h"

namespace CLI {
class App;
}

namespace hekla::command {

/// As given on the command line; what is not given is the recipe's.
struct TrainArguments {
    std::string network, data, data_dir, init, out, report, log;
    std::optional<std::uint32_t> epochs, batch, steps_per_submit, print_every;
    std::optional<std::uint64_t> seed, limit;
    std::optional<float> validation_split, dropout;
    std::optional<double> submit_ms;
    std::optional<std::string> shuffle;
    UpdateArguments update;
    KernelArguments kernels;
    PlanArguments plan;
};

void add_train_options(CLI::App& subcommand, TrainArguments& arguments);

/// The recipe of --network with every given option replaced. Throws Error for an unknown name, a
/// file that is no architecture, or an option that does not fit the network.
Recipe resolve(const TrainArguments& arguments);

/// --out, or the network's name with ".safetensors".
std::string output_path(const TrainArguments& arguments);

}  // namespace hekla::command
