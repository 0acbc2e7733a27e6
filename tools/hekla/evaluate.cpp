// `hekla evaluate`: the accuracy of a saved model.

#include <hekla/data.h>
#include <hekla/error.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>

#include "command.h"
#include "data_sets.h"
#include "folder_options.h"
#include "kernel_options.h"
#include "levels.h"
#include "metrics_output.h"
#include "number_checks.h"
#include "output.h"
#include "plan_options.h"

namespace hekla::command {
namespace {

struct EvaluateArguments {
    std::string model, data, data_dir, split = "test", test_time = "none";
    std::uint32_t batch = 128;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> limit;
    KernelArguments kernels;
    PlanArguments plan;
    FolderArguments folder;
};

EvaluateOptions evaluate_options(const EvaluateArguments& arguments) {
    return {.batch = arguments.batch, .test_time_flip = arguments.test_time == "flip"};
}

/// The same by f32, and how far the outputs of the first batch are from it.
struct Exact {
    Evaluation evaluation;
    OutputError error;
};
Exact evaluate_exactly(const EvaluateArguments& arguments, Device& device, const Network& network,
                       const data::Dataset& data, Trainer& trainer) {
    Trainer exact(device, network);
    std::vector<std::uint64_t> indexes(std::min<std::uint64_t>(arguments.batch, data.size()));
    std::iota(indexes.begin(), indexes.end(), std::uint64_t{0});
    const data::Dataset first = data.select(indexes);
    const std::vector<float> outputs = trainer.predict(first, arguments.batch);
    return {exact.evaluate(data, evaluate_options(arguments)), output_error(outputs, exact.predict(first, arguments.batch))};
}

data::Dataset load_data(const EvaluateArguments& arguments, const Network& network) {
    if (is_folder(arguments.data)) {
        data::Dataset set = load_evaluation_set(arguments.data, arguments.folder, network.input(), arguments.split, arguments.seed);
        return arguments.limit ? set.subset(*arguments.limit, arguments.seed) : set;
    }
    if (arguments.folder.test_split)
        throw Error(ErrorCode::invalid_argument, "[--test-split] is for a folder of pictures; named data have a test set of their own");
    data::TrainTest sets = arguments.data.empty()
                               ? data_set_of(network.input(), arguments.data_dir)
                               : data::load(arguments.data, arguments.data_dir);
    data::Dataset& chosen = arguments.split == "train" ? sets.train : sets.test;
    return arguments.limit ? chosen.subset(*arguments.limit, arguments.seed) : std::move(chosen);
}

/// By level of the model's tree of classes; none without a tree.
std::vector<LevelScores> levels_of(Trainer& trainer, const Network& network, const data::Dataset& data, std::uint32_t batch) {
    const auto levels = data::class_levels(network.input().classes, network.input().parents);
    if (levels.empty()) return {};
    return level_scores(levels, trainer.predict(data, batch), data.labels);
}

int run_evaluate(const EvaluateArguments& arguments, CommonOptions& common) {
    Network network = Network::load(arguments.model);
    const data::Dataset data = load_data(arguments, network);
    check_kernel_options(arguments.kernels);
    Device device = open_device(common, kernel_settings(arguments.kernels));
    TrainerOptions options{.compile = compile_options(arguments.plan)};
    apply_data_options(arguments.folder, options);
    Trainer trainer(device, network, options);
    const Evaluation result = trainer.evaluate(data, evaluate_options(arguments));
    std::optional<Exact> exact;
    if (arguments.plan.precision != "f32") exact = evaluate_exactly(arguments, device, network, data, trainer);
    const std::vector<LevelScores> levels = levels_of(trainer, network, data, arguments.batch);
    write_choices(arguments.kernels, trainer.choices());
    if (common.json) {
        Json json = {{"test_accuracy", result.accuracy},
                     {"test_loss", result.loss},
                     {"correct", result.correct},
                     {"count", result.count},
                     {"images_per_second", result.images_per_second},
                     {"device", device.info().name},
                     {"model", arguments.model},
                     {"data", data.name},
                     {"split", arguments.split},
                     {"test_time", arguments.test_time},
                     {"storage", arguments.plan.precision}};
        if (exact) {
            json["f32_accuracy"] = exact->evaluation.accuracy;
            json["difference_from_f32"] = error_json(exact->error);
        }
        add_metrics(json, result.counts, data.classes);
        if (!levels.empty()) json["levels"] = levels_json(levels);
        print_json(json);
        return exit_success;
    }
    std::cout << arguments.split << " accuracy: " << fixed(result.accuracy, 4) << "\n"
              << arguments.split << " loss: " << fixed(result.loss, 4) << "\n"
              << "correct: " << result.correct << " of " << result.count << " (" << data.name
              << ")\n"
              << levels_text(levels) << metrics_text(result.counts, data.classes) << "speed: " << fixed(result.images_per_second, 0) << " images/s\n";
    if (exact) {
        std::cout << arguments.plan.precision << ": " << error_text(exact->error)
                  << " (first batch); accuracy by f32: " << fixed(exact->evaluation.accuracy, 4) << "\n";
    }
    return exit_success;
}

}  // namespace

Command add_evaluate(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand("evaluate", "Measure the accuracy of a saved model");
    auto a = std::make_shared<EvaluateArguments>();
    sub->add_option("--model", a->model, "Model file")->required()->type_name("FILE.safetensors");
    sub->add_option("--data", a->data,
                    "mnist, fashion-mnist, cifar10 or cifar100 (the one that has the model's "
                    "classes), or a folder with a folder of pictures for each class")
        ->type_name("NAME|FOLDER");
    sub->add_option("--data-dir", a->data_dir, "Folder of the data")->type_name("FOLDER");
    sub->add_option("--split", a->split, "Which part of the data (test)")
        ->check(CLI::IsMember({"test", "train"}));
    sub->add_option("--test-time", a->test_time,
                    "flip: images are seen mirrored too, and both probabilities averaged (none)")
        ->check(CLI::IsMember({"flip", "none"}));
    sub->add_option("--batch", a->batch, "Images at a time (128)")->check(positive_integer());
    sub->add_option("--limit", a->limit, "A subset of N images, classes in proportion")
        ->check(positive_integer())
        ->type_name("N");
    sub->add_option("--seed", a->seed, "Seed of --limit and --test-split (0)")->check(whole_number());
    add_precision_option(*sub, a->plan);
    add_folder_options(*sub, a->folder);
    add_kernel_options(*sub, a->kernels);
    add_common_options(*sub, common);
    return {sub, [a, &common] { return run_evaluate(*a, common); }};
}

}  // namespace hekla::command
