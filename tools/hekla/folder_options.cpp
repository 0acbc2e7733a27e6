#include "folder_options.h"

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>

#include "base/system.h"
#include "data_sets.h"
#include "number_checks.h"
#include "output.h"

namespace hekla::command {

namespace {

constexpr std::uint32_t largest_side = 4096;
constexpr float usual_test_split = 0.2f;
constexpr std::size_t most_notes = 10;

[[noreturn]] void fail(const std::string& option, const std::string& what) { throw Error(ErrorCode::invalid_argument, "[" + option + "] " + what); }

/// The number at the front of `text`, which it loses.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

void print_notes(const data::FolderSets& sets) {
    std::vector<std::string> lines = sets.notes;
    for (const data::UnreadableFile& file : sets.skipped) lines.push_back(file.path + " was left out: " + file.reason);
    for (std::size_t i = 0; i < std::min(lines.size(), most_notes); ++i) std::cerr << "note: " << printable(lines[i]) << "\n";
    if (lines.size() > most_notes) std::cerr << "note: and " << lines.size() - most_notes << " more\n";
}

std::uint64_t share_of(std::uint64_t count, float share) { return static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * static_cast<double>(share))); }

/// A test that the folder lacks is set apart.
data::TrainTest with_test(data::FolderSets folder, const FolderArguments& arguments, std::uint64_t seed) {
    if (folder.test.size() > 0) {
        if (arguments.test_split) fail("--test-split", folder.train.name + " has a folder for the test; leave the option out or the folder");
        return {std::move(folder.train), std::move(folder.test)};
    }
    const std::uint64_t count = share_of(folder.train.size(), arguments.test_split.value_or(usual_test_split));
    if (count == 0 || count == folder.train.size())
        fail("--test-split", "leaves " + std::to_string(folder.train.size() - count) + " of " + std::to_string(folder.train.size()) + " images for training and " +
                                 std::to_string(count) + " for the test; both need some");
    auto [train, test] = folder.train.split(count, seed);
    return {std::move(train), std::move(test)};
}

}  // namespace

void add_form_options(CLI::App& sub, FolderArguments& a) {
    sub.add_option("--image-size", a.image_size, "Size that the pictures of a folder are scaled to")->type_name("N|WxH");
    sub.add_option("--fit", a.fit, "How: stretch, crop what sticks out, or pad with black (stretch)")->check(CLI::IsMember({"stretch", "crop", "pad"}));
}

void add_folder_options(CLI::App& sub, FolderArguments& a) {
    sub.add_option("--corrupt", a.corrupt, "Files and class folders that cannot be used: an error, or left out and named (error)")
        ->check(CLI::IsMember({"error", "skip"}));
    sub.add_option("--test-split", a.test_split, "Share of a folder's images for the test, of each class, chosen by --seed (0.2)")->check(share());
    sub.add_option("--data-memory", a.data_memory, "Most memory for images; a larger set is streamed (half of what is free)")->type_name("SIZE");
    sub.add_option("--data-threads", a.threads, "Threads that decode pictures (one per processor)")->check(positive_integer());
}

bool is_folder(const std::string& data) {
    const std::vector<std::string> names = data_set_names();
    if (data.empty() || std::find(names.begin(), names.end(), data) != names.end()) return false;
    std::error_code ignored;
    return data.find_first_of("/\\") != std::string::npos || std::filesystem::is_directory(base::path_of(data), ignored);
}

PictureSize picture_size(const std::string& text) {
    std::string_view rest = text;
    const auto width = take_number(rest);
    auto height = width;
    if (width && rest.starts_with("x")) {
        rest.remove_prefix(1);
        height = take_number(rest);
    }
    const auto fits = [](const auto& side) { return side && *side >= 1 && *side <= largest_side; };
    if (!rest.empty() || !fits(width) || !fits(height))
        fail("--image-size", "'" + text + "' is no size: a number such as 64, or width x height such as 96x64, each 1 to " + std::to_string(largest_side));
    return {static_cast<std::uint32_t>(*height), static_cast<std::uint32_t>(*width)};
}

std::uint64_t memory_size(const std::string& text) {
    std::string_view rest = text;
    const auto number = take_number(rest);
    int shift = 0;
    if (!rest.empty()) {
        constexpr std::string_view units = "KMG";
        const std::size_t unit = units.find(rest[0] >= 'a' ? static_cast<char>(rest[0] - 'a' + 'A') : rest[0]);
        rest.remove_prefix(1);
        shift = unit == units.npos ? -1 : 10 * (static_cast<int>(unit) + 1);
        if (rest == "B" || rest == "iB") rest = {};
    }
    if (!number || *number == 0 || shift < 0 || !rest.empty() || *number > (~std::uint64_t{0} >> shift))
        fail("--data-memory", "'" + text + "' is no size: a number of bytes, or with K, M or G, such as 200M");
    return *number << shift;
}

ImageFit fit_of(const std::string& name) { return name == "crop" ? ImageFit::crop : name == "pad" ? ImageFit::pad : ImageFit::stretch; }

data::FolderOptions folder_options(const FolderArguments& a) {
    data::FolderOptions options;
    if (a.image_size) {
        const PictureSize size = picture_size(*a.image_size);
        options.height = size.height;
        options.width = size.width;
    } else if (a.fit) {
        fail("--fit", "says how pictures are scaled; name the size with --image-size");
    }
    if (a.fit) options.fit = fit_of(*a.fit);
    options.skip_unreadable = a.corrupt && *a.corrupt == "skip";
    if (a.data_memory) options.memory = memory_size(*a.data_memory);
    options.threads = a.threads.value_or(0);
    return options;
}

void apply_data_options(const FolderArguments& a, TrainerOptions& options) {
    if (a.data_memory) options.data_memory = memory_size(*a.data_memory);
    options.data_threads = a.threads.value_or(0);
}

data::FolderSets read_folder(const std::string& path, const data::FolderOptions& options) {
    data::FolderSets sets = data::folder(path, options);
    print_notes(sets);
    return sets;
}

TrainingSets load_training_sets(const std::string& data, const std::string& data_dir, const FolderArguments& a, std::uint64_t seed) {
    if (!is_folder(data)) {
        if (a.image_size || a.fit) fail(a.image_size ? "--image-size" : "--fit", "is for a folder of pictures; the images of " + data + " have their size");
        if (a.test_split) fail("--test-split", data + " has a test set of its own");
        return {data::load(data, data_dir)};
    }
    data::FolderSets folder = read_folder(data, folder_options(a));
    if (folder.train.classes.size() < 2) fail("--data", folder.train.name + " has one class, '" + folder.train.classes[0] + "'; there is nothing to tell it from");
    data::Dataset validation = std::move(folder.validation);
    TrainingSets result{with_test(std::move(folder), a, seed)};
    data::Dataset& train = result.sets.train;
    if (validation.size() > 0) {
        result.validation_count = validation.size();
        train.append(validation);
    }
    return result;
}

data::Dataset load_evaluation_set(const std::string& data, const FolderArguments& a, const InputInfo& input, const std::string& split, std::uint64_t seed) {
    data::FolderOptions options = folder_options(a);
    const Shape& shape = input.image_shape;
    if (shape.rank() != 3 || (shape[2] != 1 && shape[2] != 3)) fail("--data", "the model takes " + to_string(shape) + ", which no picture can become");
    options.height = static_cast<std::uint32_t>(shape[0]);
    options.width = static_cast<std::uint32_t>(shape[1]);
    options.channels = static_cast<std::uint32_t>(shape[2]);
    options.fit = input.fit;
    options.classes = input.classes;
    data::FolderSets folder = read_folder(data, options);
    const bool own_test = folder.test.size() > 0;
    if (!own_test && !a.test_split && split == "test") {
        std::cerr << "note: all of the folder is evaluated; the part that the training left out is that of --test-split and --seed as they were then\n";
        return std::move(folder.train);
    }
    if (!own_test && !a.test_split) return std::move(folder.train);
    data::TrainTest sets = with_test(std::move(folder), a, seed);
    return split == "train" ? std::move(sets.train) : std::move(sets.test);
}

}  // namespace hekla::command
