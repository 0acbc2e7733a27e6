// `hekla train`: recipe, data, device; fit; save; evaluate; report.

#include <hekla/error.h>
#include <hekla/io.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "command.h"
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
    if (!arguments.report.empty()) check_writable(arguments.report, "--report");
    if (!arguments.log.empty()) check_writable(arguments.log, "--log");
    check_kernel_options(arguments.kernels);
}

data::TrainTest load_data(const TrainArguments& arguments, const Recipe& recipe) {
    data::TrainTest data = data::load(recipe.data, arguments.data_dir);
    if (arguments.limit) data.train = data.train.subset(*arguments.limit, recipe.trainer.seed);
    return data;
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

/// The weights of --init, or those of the seed.
void build_network(Recipe& recipe, const data::Dataset& train, const std::string& init) {
    if (recipe.network.built()) take_own_input(recipe, train);
    recipe.network.build({.image_shape = train.image_shape,
                          .scale = recipe.trainer.scale,
                          .shift = recipe.trainer.shift,
                          .classes = train.classes},
                         recipe.trainer.seed);
    if (!init.empty()) recipe.network.load_parameters(init);
}

void print_start(std::ostream& out, const Recipe& recipe, const data::TrainTest& data,
                 const DeviceInfo& device) {
    out << recipe.network.summary_text() << "\n"
        << recipe.name << " on " << data.train.name << ", " << data.train.size() << " images, "
        << update_text(recipe.trainer) << ", batch " << recipe.fit.batch << ", "
        << recipe.fit.epochs << (recipe.fit.epochs == 1 ? " epoch" : " epochs") << "\n"
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

/// Trains and saves the model; true if a signal ended it.
bool fit_and_save(const TrainArguments& arguments, Recipe& recipe, Trainer& trainer,
                  const data::Dataset& train, TrainResult& result) {
    StopSignals signals;
    TrainingLog log(arguments.log);
    log.settings(recipe);
    {
        ProgressDisplay display(recipe.fit.epochs);
        LossLines lines(arguments.print_every.value_or(0));
        FitOptions fit = recipe.fit;
        connect(fit, display, log, lines, result, !arguments.report.empty());
        fit.should_stop = [&signals] { return signals.requested(); };
        try {
            result.history = trainer.fit(train, fit);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::non_finite) throw;
            fail_non_finite(error, recipe, result);
        }
    }
    recipe.network.save(result.model);
    log.finish(result.history);
    const std::string file = io::read_file(result.model);
    result.weights_sha256 = io::sha256(std::as_bytes(std::span(file)));
    return result.history.stopped || signals.requested();
}

int run_train(const TrainArguments& arguments, CommonOptions& common) {
    Recipe recipe = resolve(arguments);
    check_outputs(arguments);
    const KernelSettings kernels = kernel_settings(arguments.kernels);
    const data::TrainTest data = load_data(arguments, recipe);
    recipe.trainer.class_weights = class_weights(arguments.update, data.train);
    build_network(recipe, data.train, arguments.init);
    Device device = open_device(common, kernels);
    std::ostream& out = text_stream(common.json);

    TrainResult result;
    result.network = arguments.network;
    result.device = device.info();
    result.model = output_path(arguments);
    print_start(out, recipe, data, result.device);
    Trainer trainer(device, recipe.network, recipe.trainer);
    const bool interrupted = fit_and_save(arguments, recipe, trainer, data.train, result);
    if (interrupted) {
        std::cerr << "interrupted after " << result.history.steps << " steps; the model was saved\n";
    } else {
        result.test = trainer.evaluate(data.test);
        if (result.history.stopped_early)
            out << "stopped early: the weights are those of epoch " << result.history.best_epoch << "\n";
        out << "test accuracy: " << fixed(result.test->accuracy, 4) << "\n";
    }
    write_choices(arguments.kernels, trainer.choices());
    out << "model: " << result.model << "\n";
    if (!interrupted && !arguments.report.empty()) {
        io::write_file(arguments.report, report_page(result, recipe, trainer, data));
        out << "report: " << arguments.report << "\n";
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
