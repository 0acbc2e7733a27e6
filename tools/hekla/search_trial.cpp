#include "search_trial.h"

#include <hekla/error.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "search/candidate.h"
#include "update_options.h"

namespace hekla::command {
namespace {

/// The images from `first` to before `end`.
data::Dataset part(const data::Dataset& data, std::uint64_t first, std::uint64_t end) {
    data::Dataset result{.name = data.name, .image_shape = data.image_shape, .images = {}, .labels = {}, .classes = data.classes};
    const auto images = std::span(data.images).subspan(first * data.image_bytes(), (end - first) * data.image_bytes());
    const auto labels = std::span(data.labels).subspan(first, end - first);
    result.images.assign(images.begin(), images.end());
    result.labels.assign(labels.begin(), labels.end());
    return result;
}

/// The training's part of the settings, as options of `hekla train` would say it.
Recipe recipe_of(const Json& settings, std::uint32_t classes) {
    Recipe recipe{.name = "search", .network = search::network_of(settings, classes), .data = {}, .trainer = {}, .fit = {}};
    UpdateArguments update;
    update.optimizer = settings.at("optimizer").get<std::string>();
    update.rate = settings.at("learning_rate").get<float>();
    update.weight_decay = settings.at("weight_decay").get<float>();
    update.label_smoothing = settings.at("label_smoothing").get<float>();
    apply_update_options(update, recipe);
    recipe.trainer.seed = settings.at("seed").get<std::uint64_t>();
    recipe.fit.batch = settings.at("batch").get<std::uint32_t>();
    recipe.fit.epochs = 1;
    return recipe;
}

void train(const TrialRun& run, TrialResult& result) {
    const data::Dataset& data = run.data.train;
    Recipe recipe = recipe_of(result.settings, static_cast<std::uint32_t>(data.classes.size()));
    recipe.network.build({.image_shape = data.image_shape, .scale = recipe.trainer.scale, .shift = recipe.trainer.shift, .classes = data.classes}, recipe.trainer.seed);
    result.parameters = recipe.network.parameter_count();
    for (const LayerSummary& layer : recipe.network.summary()) result.multiply_adds += layer.multiply_adds;
    recipe.fit.should_stop = run.should_stop;
    Trainer trainer(run.device, recipe.network, recipe.trainer);
    while (result.accuracies.size() < run.epochs) {
        if (trainer.fit(data, recipe.fit).stopped) {
            result.end = TrialEnd::interrupted;
            return;
        }
        const double accuracy = trainer.evaluate(run.data.validation).accuracy;
        result.accuracies.push_back(accuracy);
        if (run.on_epoch) run.on_epoch(recipe.network, accuracy);
        if (run.rule && result.accuracies.size() < run.epochs && run.rule->stops(result.accuracies)) {
            result.end = TrialEnd::stopped;
            return;
        }
    }
}

}  // namespace

HeldOut hold_out(const data::Dataset& data, float share) {
    // The slack keeps 1 - 0.1f from losing a sample to rounding, as in Trainer::fit.
    const auto count = static_cast<std::uint64_t>(std::floor(static_cast<double>(data.size()) * (1.0 - double{share}) + 1e-3));
    if (count == 0 || count == data.size())
        throw Error(ErrorCode::invalid_argument, "[--validation-split] of " + std::to_string(data.size()) + " images " + std::to_string(data.size() - count) +
                                                     " would be held out: at least one must be, and one left to train on");
    return {part(data, 0, count), part(data, count, data.size())};
}

const char* name(TrialEnd end) {
    constexpr const char* names[] = {"complete", "stopped early", "failed", "interrupted"};
    return names[static_cast<std::size_t>(end)];
}

double TrialResult::best_accuracy() const { return accuracies.empty() ? -1 : *std::max_element(accuracies.begin(), accuracies.end()); }

TrialResult run_trial(const TrialRun& run, const Json& settings, std::uint32_t trial) {
    TrialResult result{.trial = trial, .settings = settings};
    const auto start = std::chrono::steady_clock::now();
    try {
        train(run, result);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::device_lost) throw;
        result.end = TrialEnd::failed;
        result.reason = error.what();
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace hekla::command
