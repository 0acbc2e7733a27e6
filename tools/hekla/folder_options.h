#pragma once
// Data for the subcommands: by name, or a folder of pictures by class with the options that only it has.

#include <hekla/data.h>
#include <hekla/nn.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hekla::command {

/// As given on the command line.
struct FolderArguments {
    std::optional<std::string> image_size, fit, corrupt, data_memory;
    std::optional<float> test_split;
    std::optional<unsigned> threads;
};
/// --image-size, --fit: how pictures become images. Not for a model that has its own rule.
void add_form_options(CLI::App& subcommand, FolderArguments& arguments);
/// --corrupt, --test-split, --data-memory, --data-threads.
void add_folder_options(CLI::App& subcommand, FolderArguments& arguments);

/// Whether --data is a folder: no name that is known, and there, or written like a path.
bool is_folder(const std::string& data);

/// "64" or "96x64" (width x height). Throws Error naming --image-size.
struct PictureSize {
    std::uint32_t height, width;
};
PictureSize picture_size(const std::string& text);
/// "200M": bytes, or with K, M, G (1024). Throws Error naming --data-memory.
std::uint64_t memory_size(const std::string& text);
ImageFit fit_of(const std::string& name);

/// What the arguments say of a folder. Throws Error.
data::FolderOptions folder_options(const FolderArguments& arguments);
/// Takes what --data-memory and --data-threads say of the device.
void apply_data_options(const FolderArguments& arguments, TrainerOptions& options);

/// Reads the folder; what it passes over or leaves out goes to standard error.
data::FolderSets read_folder(const std::string& path, const data::FolderOptions& options);

/// Data for training: named or a folder, whose test part is its own or that of --test-split (0.2). The pictures of a
/// folder's validation part lie at the end of the training images: `validation_count` of them.
struct TrainingSets {
    data::TrainTest sets;
    std::uint64_t validation_count = 0;
};
TrainingSets load_training_sets(const std::string& data, const std::string& data_dir, const FolderArguments& arguments, std::uint64_t seed);

/// A folder's images in a model's form and with its classes. `split`: the test, which is the folder's own, or that of
/// --test-split with the training's seed, or else all; or what is left for the training.
data::Dataset load_evaluation_set(const std::string& data, const FolderArguments& arguments, const InputInfo& input, const std::string& split, std::uint64_t seed);

}  // namespace hekla::command
