#pragma once
// The options of `hekla train`, and what they make of a recipe.

#include <hekla/nn.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint_options.h"
#include "folder_options.h"
#include "kernel_options.h"
#include "teacher_options.h"
#include "update_options.h"
#include "plan_options.h"

namespace CLI {
class App;
}

namespace hekla::command {

/// As given on the command line; what is not given is the recipe's.
struct TrainArguments {
    std::string network, data, data_dir, init, out, report, tensorboard;
    std::vector<std::string> logs;
    std::string report_images = "on";
    std::optional<std::uint32_t> epochs, batch, steps_per_submit, print_every;
    std::optional<std::uint64_t> seed, limit;
    std::optional<float> validation_split, dropout;
    std::optional<double> submit_ms;
    std::optional<std::string> shuffle, augment, test_time;
    UpdateArguments update;
    TeacherArguments teacher;
    KernelArguments kernels;
    CheckpointArguments checkpoint;
    PlanArguments plan;
    FolderArguments folder;
    bool stratify = false;
};

void add_train_options(CLI::App& subcommand, TrainArguments& arguments);

/// The recipe of --network with every given option replaced. Throws Error for an unknown name, a
/// file that is no architecture, or an option that does not fit the network.
Recipe resolve(const TrainArguments& arguments);

/// --out, or the network's name with ".safetensors".
std::string output_path(const TrainArguments& arguments);
/// --report; of a folder of one's own, where none is given, the model's name with ".html". Empty: no report.
std::string report_path(const TrainArguments& arguments);

/// The network with as many outputs as there are classes: its last dense layer gets them. Throws Error if it has none.
Network with_classes(const Network& network, std::size_t classes);

}  // namespace hekla::command
