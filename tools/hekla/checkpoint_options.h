#pragma once
// --checkpoint, --checkpoint-minutes, --keep and --resume: a training that can be gone on with.

#include <hekla/checkpoint_folder.h>
#include <hekla/nn.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}

namespace hekla::command {

struct CheckpointArguments {
    std::string folder, resume;
    CLI::Option* resume_option = nullptr;  // --resume may be given without a folder
    double minutes = 5;
    std::uint32_t keep = 3;
};

void add_checkpoint_options(CLI::App& subcommand, CheckpointArguments& arguments);

/// The folder and where the training goes on; neither where they are not wanted.
struct TrainingCheckpoints {
    std::optional<io::CheckpointFolder> folder;
    std::shared_ptr<const Checkpoint> resume;
    double minutes = 0;
};

/// Opens the folder and reads the newest checkpoint that is whole; says on standard error what was passed over. Throws Error:
/// nothing to resume, or a folder with another run's checkpoints without --resume.
TrainingCheckpoints open_checkpoints(const CheckpointArguments& arguments);

/// Puts them into `fit`. A checkpoint that can't be written is told by fit.on_log, and training goes on.
void use_checkpoints(TrainingCheckpoints& checkpoints, const Network& network, FitOptions& fit);

/// The command line for a shell; without --resume and, if `resume`, with it again at the end.
std::string shell_command(const std::vector<std::string>& words, bool resume);

}  // namespace hekla::command
