#include "train_report.h"

#include <algorithm>
#include <span>

#include "report/report.h"
#include "command.h"
#include "metrics_output.h"
#include "pictures.h"
#include "train_options.h"

namespace hekla::command {

namespace {

constexpr std::size_t pictures = 25, worst_pictures = 15;

std::string precision_text(Precision precision, const History& history) {
    if (precision != Precision::mixed) return "f32";
    return "mixed, loss scale " + fixed(history.loss_scale, 0) + ", " +
           std::to_string(history.skipped_steps) + " updates left out";
}

std::vector<report::Fact> facts(const TrainResult& result, const Recipe& recipe,
                                const data::TrainTest& data) {
    const DeviceInfo& device = result.device;
    const FitOptions& fit = recipe.fit;
    const std::string train_accuracy =
        result.train_accuracy ? fixed(100 * *result.train_accuracy, 2) + " %" : "not measured";
    std::vector<report::Fact> list = {{"Device", device.name + " (" + device.kind + ")"},
            {"Driver", device.driver + ", Vulkan " + device.api_version},
            {"Data", data.train.name + ", " + std::to_string(data.train.size()) + " images for training, " +
                         std::to_string(data.test.size()) + " for the test"},
            {"Epochs", std::to_string(result.whole_epochs)},
            {"Batch", std::to_string(fit.batch) + (fit.shuffle ? ", shuffled" : ", in order")},
            {"Optimizer", update_text(recipe.trainer)},
            {"Augmentation", to_string(fit.augmentation)},
            {"Test time", recipe.evaluation.test_time_flip ? "mean of each image and its mirror image" : "images as they are"},
            {"Accuracy on images trained on", train_accuracy},
            {"Held out", fit.validation_count ? std::to_string(fit.validation_count) + " images" : fixed(100.0 * static_cast<double>(fit.validation_split), 1) + " %"},
            {"Seed", std::to_string(recipe.trainer.seed)},
            {"Precision", precision_text(recipe.trainer.compile.precision, result.history)},
            {"Training time", fixed(result.history.seconds, 1) + " s, " +
                                  fixed(result.history.images_per_second, 0) + " images/s"},
            {"Weights", "SHA-256 " + result.weights_sha256},
            {"Kernels", "SHA-256 of their list " + choices_hash(recipe.network.choices())},
            {"Made by", std::string("Hekla ") + version()}};
    if (result.test) list.insert(list.begin(), {"In short", verdict_text(*result.test, result.baseline)});
    if (result.history.streamed) list.push_back({"Streaming", streaming_text(result.history)});
    return list;
}

io::Image image_of(const data::Dataset& data, std::uint64_t index) {
    const std::vector<std::uint8_t> pixels = data.read_image(index);
    const Shape& shape = data.image_shape;
    return {static_cast<std::uint32_t>(shape[0]), static_cast<std::uint32_t>(shape[1]), static_cast<std::uint32_t>(shape[2]), pixels};
}

/// The first images of the training and what augmentation makes of them, again and again.
std::vector<report::Augmented> augmented(const Recipe& recipe, const data::Dataset& train, const Device& device) {
    constexpr std::uint64_t originals = 6, times = 8;
    if (!is_on(recipe.fit.augmentation)) return {};
    const std::uint64_t count = std::min<std::uint64_t>(originals, train.size());
    std::vector<std::uint64_t> indexes(count * times);
    for (std::uint64_t i = 0; i < indexes.size(); ++i) indexes[i] = i % count;
    const data::Dataset changed = augmented_samples(device, train.select(indexes), recipe.fit.augmentation, recipe.trainer.seed);
    std::vector<report::Augmented> rows;
    for (std::uint64_t i = 0; i < count; ++i) {
        rows.push_back({image_of(train, i), {}});
        for (std::uint64_t time = 0; time < times; ++time) rows.back().samples.push_back(image_of(changed, time * count + i));
    }
    return rows;
}

report::Picture picture_of(const report::ReportInput& input, const data::Dataset& test, std::size_t index, std::span<const float> row) {
    const auto best = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    return {.image = image_of(test, index),
            .label = class_name(input.classes, test.labels[index]),
            .prediction = class_name(input.classes, best),
            .probability = static_cast<double>(row[best]),
            .right = test.labels[index] == best};
}

/// Fills the pictures from the test images' probabilities; and the confusion matrix, where the device did not count it.
void add_predictions(report::ReportInput& input, Trainer& trainer, const data::Dataset& test, bool images) {
    const PredictionCounts& counts = input.evaluation.counts;
    for (std::size_t c = input.classes.size(); c < counts.classes; ++c) input.classes.push_back(std::to_string(c));
    const bool counted = counts.classes == input.classes.size();
    if (counted) input.confusion = counts.confusion;
    if (counted && !images) return;
    const std::vector<float> all = trainer.predict(test);
    const std::size_t count = test.size(), classes = count == 0 ? 0 : all.size() / count;
    for (std::size_t c = input.classes.size(); c < classes; ++c) {
        input.classes.push_back(std::to_string(c));
    }
    if (!counted) input.confusion.assign(input.classes.size() * input.classes.size(), 0);
    const auto row_of = [&](std::size_t i) { return std::span(all).subspan(i * classes, classes); };
    std::vector<std::pair<float, std::size_t>> mistakes;  // confidence and image
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = row_of(i);
        const auto best = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
        if (!counted) ++input.confusion.at(test.labels[i] * input.classes.size() + best);
        if (best != test.labels[i]) mistakes.emplace_back(-row[best], i);
        if (images && i < pictures) input.images.push_back(picture_of(input, test, i, row));
    }
    if (!images) return;
    std::sort(mistakes.begin(), mistakes.end());
    for (std::size_t i = 0; i < std::min(mistakes.size(), worst_pictures); ++i)
        input.worst.push_back(picture_of(input, test, mistakes[i].second, row_of(mistakes[i].second)));
}

}  // namespace

std::string streaming_text(const History& history) {
    return "data streamed: device busy " + fixed(100 * history.device_busy, 1) + " % (it waited " + fixed(history.data_wait_seconds, 1) + " s for data)";
}

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
                 {"train_accuracy", nullptr},
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
                 {"skipped_steps", history.skipped_steps},
                 {"loss_scale", history.loss_scale},
                 {"planned_bytes", history.planned_bytes},
                 {"default_planned_bytes", history.default_planned_bytes},
                 {"stopped", !result.test.has_value()},
                 {"stopped_early", history.stopped_early},
                 {"settings", settings_json(recipe)}};
    if (history.streamed) json["data_wait_seconds"] = history.data_wait_seconds;
    if (history.streamed) json["device_busy"] = history.device_busy;
    if (history.best_epoch) json["best_epoch"] = history.best_epoch;
    if (result.train_accuracy) json["train_accuracy"] = *result.train_accuracy;
    if (result.test) {
        json["test_accuracy"] = result.test->accuracy;
        json["test_loss"] = result.test->loss;
        add_verdict(json, *result.test, result.baseline);
        add_metrics(json, result.test->counts, classes);
    }
    if (result.teaching) json["teaching"] = comparison_json(*result.teaching);
    if (!history.epochs.empty() && history.epochs.back().validation_accuracy) {
        json["validation_accuracy"] = *history.epochs.back().validation_accuracy;
    }
    return json;
}

std::string report_page(const TrainResult& result, const Recipe& recipe, Trainer& trainer,
                        const data::TrainTest& data, const Device& device, const ReportChoices& choices) {
    report::ReportInput input{.title = recipe.name + " on " + data.train.name,
                              .facts = facts(result, recipe, data),
                              .layers = recipe.network.summary(),
                              .history = result.history,
                              .step_losses = result.step_losses,
                              .evaluation = result.test.value_or(Evaluation{}),
                              .classes = data.test.classes,
                              .confusion = {},
                              .images = {},
                              .augmented = choices.images ? augmented(recipe, data.train, device) : std::vector<report::Augmented>{},
                              .worst = {},
                              .times = trainer.layer_times(),
                              .command = choices.command,
                              .more_sections = choices.more_sections};
    add_predictions(input, trainer, data.test, choices.images);
    return report::page(input);
}

}  // namespace hekla::command
