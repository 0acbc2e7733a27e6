// `hekla train`: recipe, data, device; fit; save; evaluate; report.

#include <hekla/error.h>
#include <hekla/io.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "checkpoint_options.h"
#include "command.h"
#include "explained.h"
#include "loss_lines.h"
#include "output.h"
#include "progress.h"
#include "stop_signals.h"
#include "train_options.h"
#include "train_report.h"
#include "training_log.h"

namespace hekla::command {
namespace {

void check_outputs(const TrainArguments& arguments) {
    check_writable(output_path(arguments), "--out");
    if (const std::string report = report_path(arguments); !report.empty()) check_writable(report, "--report");
    for (const std::string& log : arguments.logs) check_writable(log, "--log");
    check_kernel_options(arguments.kernels);
}

/// The images held out for validation come last: `recipe` is told how many.
data::TrainTest load_data(const TrainArguments& arguments, Recipe& recipe) {
    TrainingSets loaded = load_training_sets(recipe.data, arguments.data_dir, arguments.folder, recipe.trainer.seed);
    data::Dataset& train = loaded.sets.train;
    recipe.fit.validation_count = loaded.validation_count;
    if (arguments.limit && *arguments.limit < train.size()) {
        train = train.subset(*arguments.limit, recipe.trainer.seed);
        recipe.fit.validation_count = 0;
    }
    const float share = recipe.fit.validation_split;
    const bool by_class = arguments.stratify || is_folder(recipe.data);
    if (by_class && share > 0 && recipe.fit.validation_count == 0) {
        recipe.fit.validation_count = std::max<std::uint64_t>(
            static_cast<std::uint64_t>(static_cast<double>(share) * static_cast<double>(train.size())), 1);
        train = train.with_validation_last(recipe.fit.validation_count, recipe.trainer.seed + 1);
    }
    return std::move(loaded.sets);
}

/// An architecture file may name its input: then its scaling counts. It is built anew, because the
/// weights it was read with are not those of --seed.
void take_own_input(Recipe& recipe, const data::Dataset& train) {
    const InputInfo input = recipe.network.input();
    if (input.image_shape != train.image_shape) {
        throw Error(ErrorCode::invalid_argument,
                    "[--network] " + recipe.name + " takes images of " +
                        to_string(input.image_shape) + ", those of " + train.name + " are " +
                        to_string(train.image_shape));
    }
    recipe.trainer.scale = input.scale;
    recipe.trainer.shift = input.shift;
    recipe.network = recipe.network.with_layers(recipe.network.layers());
}

/// A recipe's network is for its own data; a file's is what its author wants.
void fit_to_classes(Recipe& recipe, const data::Dataset& train) {
    if (!recipe.network.built()) recipe.network = with_classes(recipe.network, train.classes.size());
}

/// The weights of --init, or those of the seed.
void build_network(Recipe& recipe, const data::Dataset& train, const std::string& init, ImageFit fit) {
    if (recipe.network.built()) take_own_input(recipe, train);
    recipe.network.build({.image_shape = train.image_shape,
                          .scale = recipe.trainer.scale,
                          .shift = recipe.trainer.shift,
                          .classes = train.classes,
                          .parents = train.parents,
                          .fit = fit},
                         recipe.trainer.seed);
    if (!init.empty()) recipe.network.load_parameters(init);
}

void print_start(std::ostream& out, const Recipe& recipe, const data::TrainTest& data,
                 const DeviceInfo& device) {
    out << recipe.network.summary_text() << "\n"
        << recipe.name << " on " << data.train.name << ", " << data.train.size() << " images, "
        << update_text(recipe.trainer) << ", batch " << recipe.fit.batch << ", "
        << recipe.fit.epochs << (recipe.fit.epochs == 1 ? " epoch" : " epochs") << "\n";
    if (is_on(recipe.fit.augmentation)) out << "augmentation: " << to_string(recipe.fit.augmentation) << "\n";
    out
        << "device: " << printable(device.name) << "\n"
        << std::flush;
}

/// Ties the callbacks of `fit` to display, log and result.
void connect(FitOptions& fit, ProgressDisplay& display, TrainingLog& log, LossLines& lines, TrainResult& result,
             bool keep_losses) {
    fit.on_step = [&, keep_losses](const StepResult& step) {
        log.step(step);
        if (const auto line = lines.step(step.loss)) display.line(*line);
        if (keep_losses) result.step_losses.push_back(static_cast<float>(step.loss));
    };
    fit.on_epoch = [&](const EpochResult& epoch) {
        if (!result.epoch_is_whole) return;  // a signal ended it
        log.epoch(epoch);
        lines.epoch_done();
        display.epoch_done(epoch);
        result.train_loss = epoch.loss;
        ++result.whole_epochs;
    };
    fit.on_progress = [&](const Progress& progress) {
        log.flush();
        display.update(progress);
        result.train_loss = progress.loss;
        result.epoch_is_whole = progress.done == progress.samples;
    };
    fit.on_log = [&](const std::string& text) {
        log.note(text);
        display.note(text);
    };
}

/// After a non-finite loss the parameters are those of the last completed epoch: kept, if there is one.
[[noreturn]] void fail_non_finite(const Error& error, const Recipe& recipe,
                                  const TrainResult& result) {
    if (result.whole_epochs == 0) {
        throw Error(error.code(), std::string(error.what()) +
                                      "; no epoch was completed, so no model was saved");
    }
    recipe.network.save(result.model);
    throw Error(error.code(), std::string(error.what()) + "; the model of epoch " +
                                  std::to_string(result.whole_epochs) + " was saved as '" + result.model + "'");
}

/// As many of the images that were trained on as the test has, evenly spaced.
data::Dataset trained_on(const data::Dataset& train, const FitOptions& fit, std::uint64_t count) {
    const auto held_out = fit.validation_count ? fit.validation_count : static_cast<std::uint64_t>(static_cast<double>(train.size()) * static_cast<double>(fit.validation_split));
    const std::uint64_t seen = train.size() - std::min(held_out, train.size());
    std::vector<std::uint64_t> indexes(std::min(count, seen));
    for (std::uint64_t i = 0; i < indexes.size(); ++i) indexes[i] = i * seen / indexes.size();
    return train.select(indexes);
}

/// Accuracy of the test and of images that were trained on, as they are: without augmentation.
void evaluate(Trainer& trainer, const Recipe& recipe, const data::TrainTest& data, TrainResult& result) {
    result.test = trainer.evaluate(data.test, recipe.evaluation);
    const data::Dataset part = trained_on(data.train, recipe.fit, data.test.size());
    if (part.size() > 0) result.train_accuracy = trainer.evaluate(part, recipe.evaluation).accuracy;
}

void print_accuracy(std::ostream& out, const TrainResult& result) {
    if (result.history.stopped_early)
        out << "stopped early: the weights are those of epoch " << result.history.best_epoch << "\n";
    if (result.train_accuracy)
        out << "train accuracy: " << fixed(*result.train_accuracy, 4) << " (without augmentation)\n";
    out << "test accuracy: " << fixed(result.test->accuracy, 4) << "\n";
    if (result.train_accuracy)
        out << "gap: " << fixed(*result.train_accuracy - result.test->accuracy, 4) << "\n";
}

/// What goes on with the training, for the one who reads that it ended.
[[noreturn]] void fail_device_lost(const Error& error, const TrainArguments& arguments, const CommonOptions& common) {
    const bool saved = !arguments.checkpoint.folder.empty() || !arguments.checkpoint.resume.empty();
    throw Error(error.code(), std::string(error.what()) +
                                  (saved ? "; the checkpoints are intact, go on with:\n" + shell_command(common.words, true)
                                         : "; nothing was saved: with --checkpoint FOLDER a training can be gone on with"));
}

LogStart log_start(const TrainingCheckpoints& checkpoints) {
    if (!checkpoints.resume) return {};
    return {true, checkpoints.resume->step(), static_cast<std::uint32_t>(checkpoints.resume->epochs.size())};
}

/// Trains and saves the model; true if a signal ended it.
bool fit_and_save(const TrainArguments& arguments, const CommonOptions& common, TrainingCheckpoints& checkpoints,
                  Recipe& recipe, Trainer& trainer, const data::Dataset& train, TrainResult& result) {
    StopSignals signals;
    TrainingLog log(arguments.logs, arguments.tensorboard, log_start(checkpoints));
    log.settings(recipe);
    if (checkpoints.resume) {
        result.whole_epochs = static_cast<std::uint32_t>(checkpoints.resume->epochs.size());
        if (result.whole_epochs) result.train_loss = checkpoints.resume->epochs.back().loss;
    }
    {
        ProgressDisplay display(recipe.fit.epochs);
        LossLines lines(arguments.print_every.value_or(0));
        FitOptions fit = recipe.fit;
        connect(fit, display, log, lines, result, !report_path(arguments).empty());
        fit.should_stop = [&signals] { return signals.requested(); };
        use_checkpoints(checkpoints, recipe.network, fit);
        try {
            result.history = trainer.fit(train, fit);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::device_lost) fail_device_lost(error, arguments, common);
            if (error.code() != ErrorCode::non_finite) throw;
            fail_non_finite(error, recipe, result);
        }
    }
    recipe.network.save(result.model);
    if (result.history.skipped_steps) {
        std::cerr << "note: mixed precision left out " << result.history.skipped_steps << " of "
                  << result.history.steps << " updates; the loss scale is "
                  << fixed(result.history.loss_scale, 0) << "\n";
    }
    log.finish(result.history);
    const std::string file = io::read_file(result.model);
    result.weights_sha256 = io::sha256(std::as_bytes(std::span(file)));
    return result.history.stopped || signals.requested();
}

int run_train(const TrainArguments& arguments, CommonOptions& common) {
    Recipe recipe = resolve(arguments);
    check_outputs(arguments);
    TrainingCheckpoints checkpoints = open_checkpoints(arguments.checkpoint);
    KernelSettings kernels = kernel_settings(arguments.kernels);
    if (checkpoints.resume && arguments.kernels.choices.empty()) {
        kernels.choices = checkpoints.resume->choices;
        kernels.choices_origin = checkpoints.folder->path();
    }
    const data::TrainTest data = load_data(arguments, recipe);
    if (!arguments.network.ends_with(".json")) fit_to_classes(recipe, data.train);
    recipe.trainer.class_weights = class_weights(arguments.update, data.train);
    build_network(recipe, data.train, arguments.init, fit_of(arguments.folder.fit.value_or("stretch")));
    Device device = open_device(common, kernels);
    std::ostream& out = text_stream(common.json);

    TrainResult result;
    result.network = arguments.network;
    result.device = device.info();
    result.model = output_path(arguments);
    print_start(out, recipe, data, result.device);
    Trainer trainer(device, recipe.network, recipe.trainer);
    const bool interrupted = fit_and_save(arguments, common, checkpoints, recipe, trainer, data.train, result);
    if (interrupted) {
        std::cerr << "interrupted after " << result.history.steps << " steps; the model was saved\n";
    } else {
        evaluate(trainer, recipe, data, result);
        print_accuracy(out, result);
        result.baseline = baseline(data.train, data.test);
        if (is_folder(recipe.data)) out << verdict_text(*result.test, result.baseline) << "\n";
        if (recipe.trainer.distillation) {
            result.teaching = compare_with_teacher(device, recipe.trainer.distillation->teacher, arguments.teacher.teacher, trainer, recipe.network,
                                                   result.model, data.test);
            out << comparison_text(*result.teaching);
        }
    }
    if (result.history.streamed) out << streaming_text(result.history) << "\n";
    write_choices(arguments.kernels, trainer.choices());
    out << "model: " << result.model << "\n";
    if (const std::string report = report_path(arguments); !interrupted && !report.empty()) {
        const bool images = arguments.report_images == "on";
        const std::string explained = images ? explained_sections(device, recipe.network, data.test) : "";
        io::write_file(report, report_page(result, recipe, trainer, data, device, {shell_command(common.words, false), images, explained}));
        out << "report: " << report << "\n";
    }
    if (common.json) print_json(result_json(result, recipe, data.test.classes));
    return interrupted ? exit_interrupted : exit_success;
}

}  // namespace

Command add_train(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand(
        "train",
        "Train a network and save it. A network's name brings its whole recipe; each option\n"
        "replaces one part of it. Ctrl-C ends training early and saves the model.");
    auto arguments = std::make_shared<TrainArguments>();
    add_train_options(*sub, *arguments);
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_train(*arguments, common); }};
}

}  // namespace hekla::command
