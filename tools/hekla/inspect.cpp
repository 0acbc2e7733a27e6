// `hekla inspect`: what is in a model file or a data set. Needs no device.

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "base/system.h"
#include "command.h"
#include "data_sets.h"
#include "duplicates.h"
#include "inspect_folder.h"
#include "kernel_options.h"
#include "output.h"
#include "statistics.h"

namespace hekla::command {
namespace {

struct InspectArguments {
    std::string what, data_dir;
};

/// The network of a file, or why the file holds none: weights of other programs have no architecture.
struct Architecture {
    std::optional<Network> network;
    std::string reason;
};

Architecture architecture_of(const std::string& path) {
    try {
        return {Network::load(path), {}};
    } catch (const Error& error) {
        return {std::nullopt, error.what()};
    }
}

Json layers_json(const Network& network) {
    Json json = Json::array();
    for (const LayerSummary& layer : network.summary()) {
        json.push_back({{"name", layer.name},
                        {"type", layer.type},
                        {"output", layer.output.dims()},
                        {"parameters", layer.parameters},
                        {"multiply_adds", layer.multiply_adds},
                        {"output_bytes", layer.output_bytes}});
    }
    return json;
}

Json tensors_json(const io::Safetensors& file) {
    Json json = Json::array();
    for (const io::NamedTensor& tensor : file.tensors) {
        const Statistics s = statistics(tensor.values);
        json.push_back({{"name", tensor.name}, {"shape", tensor.shape.dims()},
                        {"min", s.min},        {"max", s.max},
                        {"mean", s.mean},      {"non_finite", s.non_finite}});
    }
    return json;
}

Json model_json(const std::string& path, const io::Safetensors& file,
                const Architecture& architecture) {
    Json json = {{"model", path}};
    if (architecture.network) {
        const Network& network = *architecture.network;
        const InputInfo& input = network.input();
        json["parameters"] = network.parameter_count();
        json["input"] = {{"shape", input.image_shape.dims()},
                         {"scale", input.scale},
                         {"shift", input.shift}};
        json["classes"] = input.classes;
        if (!input.parents.empty()) json["class_groups"] = input.parents;
        json["layers"] = layers_json(network);
        json["choices_sha256"] = choices_hash(network.choices());
        json["choices"] = network.choices();
    }
    json["tensors"] = tensors_json(file);
    return json;
}

std::string joined(const std::vector<std::string>& names) {
    std::string result;
    for (const std::string& name : names) result += (result.empty() ? "" : ", ") + printable(name);
    return result;
}

void print_choices(const KernelChoices& choices) {
    if (choices.empty()) return;
    std::cout << "trained with " << choices.size() << " kernels (--json lists them), SHA-256 of the list "
              << choices_hash(choices) << "\n";
}

void print_model(const io::Safetensors& file, const Architecture& architecture) {
    if (architecture.network) {
        const InputInfo& input = architecture.network->input();
        std::cout << architecture.network->summary_text() << "\n"
                  << "input: " << to_string(input.image_shape) << ", a byte enters as byte * "
                  << input.scale << " + " << input.shift << "\n"
                  << "classes: " << joined(input.classes) << "\n";
        print_choices(architecture.network->choices());
        std::cout << "\n";
    } else {
        std::cout << "no network of Hekla: " << printable(architecture.reason) << "\n\n";
    }
    std::vector<std::vector<std::string>> rows = {
        {"tensor", "shape", "min", "max", "mean", "not finite"}};
    for (const io::NamedTensor& tensor : file.tensors) {
        const Statistics s = statistics(tensor.values);
        rows.push_back({tensor.name, to_string(tensor.shape), fixed(s.min, 6), fixed(s.max, 6),
                        fixed(s.mean, 6), std::to_string(s.non_finite)});
    }
    std::cout << table(rows);
}

int inspect_model(const std::string& path, bool json) {
    const io::Safetensors file = io::read_safetensors(path);
    const Architecture architecture = architecture_of(path);
    if (json) {
        print_json(model_json(path, file, architecture));
    } else {
        print_model(file, architecture);
    }
    return exit_success;
}

Json set_json(const data::Dataset& set) {
    const PixelStatistics pixels = pixel_statistics(set);
    return {{"images", set.size()},
            {"per_class", class_counts(set)},
            {"mean", pixels.mean},
            {"deviation", pixels.deviation}};
}

void print_set(const char* part, const data::Dataset& set) {
    const PixelStatistics pixels = pixel_statistics(set);
    std::cout << part << ": " << set.size() << " images; per channel (0 to 1):";
    for (std::size_t c = 0; c < pixels.mean.size(); ++c) {
        std::cout << (c ? ";" : "") << " mean " << fixed(pixels.mean[c], 4) << ", deviation "
                  << fixed(pixels.deviation[c], 4);
    }
    std::cout << "\n";
}

Duplicates duplicates_of(const data::Dataset& train, const data::Dataset& test) {
    Duplicates duplicates;
    for (const auto& [part, set] : {std::pair("train", &train), std::pair("test", &test)})
        for (std::uint64_t i = 0; i < set->size(); ++i)
            duplicates.add(io::sha256(std::as_bytes(set->image(i))), {part, set->classes[set->labels[i]], std::to_string(i)});
    return duplicates;
}

int inspect_data(const InspectArguments& arguments, bool json) {
    const auto [train, test] = data::load(arguments.what, arguments.data_dir);
    const Duplicates duplicates = duplicates_of(train, test);
    if (json) {
        print_json({{"data", train.name},
                    {"image_shape", train.image_shape.dims()},
                    {"classes", train.classes},
                    {"train", set_json(train)},
                    {"test", set_json(test)},
                    {"duplicates", duplicates_json(duplicates)}});
        return exit_success;
    }
    std::cout << train.name << ": images of " << to_string(train.image_shape) << "\n";
    print_set("train", train);
    print_set("test", test);
    std::cout << duplicates_text(duplicates);
    const auto in_train = class_counts(train), in_test = class_counts(test);
    std::vector<std::vector<std::string>> rows = {{"class", "name", "train", "test"}};
    for (std::size_t c = 0; c < train.classes.size(); ++c) {
        rows.push_back({std::to_string(c), train.classes[c], std::to_string(in_train[c]),
                        std::to_string(in_test[c])});
    }
    std::cout << "\n" << table(rows);
    return exit_success;
}

int run_inspect(const InspectArguments& arguments, const CommonOptions& common) {
    const std::vector<std::string> names = data_set_names();
    const bool is_data = std::find(names.begin(), names.end(), arguments.what) != names.end();
    if (is_data) return inspect_data(arguments, common.json);
    std::error_code ignored;  // what cannot be looked at is no model either, which says why
    if (std::filesystem::is_directory(base::path_of(arguments.what), ignored))
        return inspect_folder(arguments.what, common.json);
    return inspect_model(arguments.what, common.json);
}

}  // namespace

Command add_inspect(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand("inspect", "Show what is in a model file or a data set");
    auto arguments = std::make_shared<InspectArguments>();
    sub->add_option("what", arguments->what,
                    "A safetensors file; mnist, fashion-mnist, cifar10 or cifar100; or a folder with "
                    "a folder of pictures for each class")
        ->required()
        ->type_name("FILE|DATA|FOLDER");
    sub->add_option("--data-dir", arguments->data_dir, "Folder of the data")->type_name("FOLDER");
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_inspect(*arguments, common); }};
}

}  // namespace hekla::command
