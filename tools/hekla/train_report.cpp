#include "train_report.h"

#include <algorithm>

#include "report/report.h"
#include "command.h"
#include "metrics_output.h"
#include "pictures.h"
#include "train_options.h"

namespace hekla::command {

namespace {

constexpr std::size_t pictures = 25;

std::vector<report::Fact> facts(const TrainResult& result, const Recipe& recipe,
                                const data::TrainTest& data) {
    const DeviceInfo& device = result.device;
    const FitOptions& fit = recipe.fit;
    return {{"Device", device.name + " (" + device.kind + ")"},
            {"Driver", device.driver + ", Vulkan " + device.api_version},
            {"Data", data.train.name + ", " + std::to_string(data.train.size()) + " images for training, " +
                         std::to_string(data.test.size()) + " for the test"},
            {"Epochs", std::to_string(result.whole_epochs)},
            {"Batch", std::to_string(fit.batch) + (fit.shuffle ? ", shuffled" : ", in order")},
            {"Optimizer", update_text(recipe.trainer)},
            {"Held out", fixed(100.0 * static_cast<double>(fit.validation_split), 1) + " %"},
            {"Seed", std::to_string(recipe.trainer.seed)},
            {"Training time", fixed(result.history.seconds, 1) + " s, " +
                                  fixed(result.history.images_per_second, 0) + " images/s"},
            {"Weights", "SHA-256 " + result.weights_sha256},
            {"Kernels", "SHA-256 of their list " + choices_hash(recipe.network.choices())},
            {"Made by", std::string("Hekla ") + version()}};
}

/// Fills the confusion matrix and the pictures from the test images' probabilities.
void add_predictions(report::ReportInput& input, Trainer& trainer, const data::Dataset& test) {
    const std::vector<float> all = trainer.predict(test);
    const std::size_t count = test.size(), classes = count == 0 ? 0 : all.size() / count;
    for (std::size_t c = input.classes.size(); c < classes; ++c) {
        input.classes.push_back(std::to_string(c));
    }
    input.confusion.assign(input.classes.size() * input.classes.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
        const float* row = all.data() + i * classes;
        const auto best = static_cast<std::size_t>(std::max_element(row, row + classes) - row);
        const std::size_t label = test.labels[i];
        ++input.confusion.at(label * input.classes.size() + best);
        if (i >= pictures) continue;
        const auto pixels = test.image(i);
        input.images.push_back({.image = {static_cast<std::uint32_t>(test.image_shape[0]),
                                          static_cast<std::uint32_t>(test.image_shape[1]),
                                          static_cast<std::uint32_t>(test.image_shape[2]),
                                          {pixels.begin(), pixels.end()}},
                                .label = class_name(input.classes, label),
                                .prediction = class_name(input.classes, best),
                                .probability = static_cast<double>(row[best]),
                                .right = label == best});
    }
}

}  // namespace

Json result_json(const TrainResult& result, const Recipe& recipe, const std::vector<std::string>& classes) {
    const History& history = result.history;
    Json json = {{"device", result.device.name},
                 {"network", result.network},
                 {"parameters", recipe.network.parameter_count()},
                 {"epochs", result.whole_epochs},
                 {"steps", history.steps},
                 {"seconds", history.seconds},
                 {"images_per_second", history.images_per_second},
                 {"cpu_us_per_step", history.cpu_us_per_step},
                 {"train_loss", result.train_loss},
                 {"test_accuracy", nullptr},
                 {"test_loss", nullptr},
                 {"model", result.model},
                 {"weights_sha256", result.weights_sha256},
                 {"choices_sha256", choices_hash(recipe.network.choices())},
                 {"validation_accuracy", nullptr},
                 {"vulkan_calls_per_step", history.vulkan_calls_per_step},
                 {"objects_after_first_epoch", history.objects_after_first_epoch},
                 {"submits", history.submits},
                 {"cut_steps", history.cut_steps},
                 {"planned_bytes", history.planned_bytes},
                 {"default_planned_bytes", history.default_planned_bytes},
                 {"stopped", !result.test.has_value()},
                 {"stopped_early", history.stopped_early},
                 {"settings", settings_json(recipe)}};
    if (history.best_epoch) json["best_epoch"] = history.best_epoch;
    if (result.test) {
        json["test_accuracy"] = result.test->accuracy;
        json["test_loss"] = result.test->loss;
        add_metrics(json, result.test->counts, classes);
    }
    if (result.teaching) json["teaching"] = comparison_json(*result.teaching);
    if (!history.epochs.empty() && history.epochs.back().validation_accuracy) {
        json["validation_accuracy"] = *history.epochs.back().validation_accuracy;
    }
    return json;
}

std::string report_page(const TrainResult& result, const Recipe& recipe, Trainer& trainer,
                        const data::TrainTest& data, const std::string& more_sections) {
    report::ReportInput input{.title = recipe.name + " on " + data.train.name,
                              .facts = facts(result, recipe, data),
                              .layers = recipe.network.summary(),
                              .history = result.history,
                              .step_losses = result.step_losses,
                              .evaluation = result.test.value_or(Evaluation{}),
                              .classes = data.test.classes,
                              .confusion = {},
                              .images = {},
                              .more_sections = more_sections};
    add_predictions(input, trainer, data.test);
    return report::page(input);
}

}  // namespace hekla::command
