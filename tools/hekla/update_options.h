#pragma once
// The options of `hekla train` that say how weights are updated: optimizer, loss, schedule, and when to stop.

#include <hekla/nn.h>

#include <cstdint>
#include <optional>
#include <string>

#include "output.h"

namespace CLI {
class App;
}

namespace hekla::command {

/// As given on the command line; what is not given is the recipe's.
struct UpdateArguments {
    std::optional<float> rate, momentum, weight_decay, clip_norm, clip_value, average_decay, max_norm, label_smoothing;
    std::optional<std::uint32_t> accumulate, warmup, early_stopping;
    std::optional<std::string> optimizer, loss, schedule, weight_range, class_weights, plateau;
    bool nesterov = false, decoupled = false;
};

void add_update_options(CLI::App& subcommand, UpdateArguments& arguments);

/// Replaces what is given. Throws Error naming the option that does not fit.
void apply_update_options(const UpdateArguments& arguments, Recipe& recipe);

/// Those of --class-weights; the number of classes is known with the data. Throws Error.
std::vector<float> class_weights(const UpdateArguments& arguments, const data::Dataset& train);

/// "adam, rate 0.001, weight decay 0.01, cosine:0"
std::string update_text(const TrainerOptions& options);
/// All settings of a training, for --json and --log.
Json settings_json(const Recipe& recipe);

}  // namespace hekla::command
