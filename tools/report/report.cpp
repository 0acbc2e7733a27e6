#include "report.h"

#include <algorithm>

#include "chart.h"
#include "confusion.h"
#include "html.h"
#include "scores.h"
#include "style.h"

namespace hekla::report {

namespace {

constexpr std::size_t most_step_points = 500;

std::string percent(double share) { return number(100 * share, 2) + "&nbsp;%"; }

std::string key_number(const std::string& name, const std::string& value) {
    return "<div><dt>" + name + "</dt><dd>" + value + "</dd></div>";
}

std::string key_numbers(const ReportInput& input) {
    const Evaluation& test = input.evaluation;
    std::string html = "<section><dl class=\"numbers\">";
    html += key_number("test accuracy", percent(test.accuracy));
    html += key_number("test loss", number(test.loss, 4));
    html += key_number("right of " + std::to_string(test.count), std::to_string(test.correct));
    html += key_number("images/s in training", number(input.history.images_per_second, 0));
    return html + "</dl></section>\n";
}

Chart epoch_chart(const std::string& title, const History& history, double EpochResult::*train,
                  std::optional<double> EpochResult::*validation) {
    Chart chart{.title = title,
                .x_name = "epoch",
                .lines = {{"training", {}}, {"validation", {}}},
                .markers = true,
                .whole_x = true};
    for (const EpochResult& epoch : history.epochs) {
        chart.lines[0].points.emplace_back(epoch.epoch, epoch.*train);
        if (epoch.*validation) chart.lines[1].points.emplace_back(epoch.epoch, *(epoch.*validation));
    }
    if (chart.lines[1].points.empty()) chart.lines.pop_back();
    return chart;
}

/// Empty where the rate stays the same.
Chart rate_chart(const History& history) {
    Chart chart{.title = "Learning rate", .x_name = "epoch", .lines = {{"at its beginning", {}}}, .markers = true, .whole_x = true};
    bool changes = false;
    for (const EpochResult& epoch : history.epochs) changes = changes || epoch.learning_rate != history.epochs.front().learning_rate;
    for (const EpochResult& epoch : history.epochs)
        if (changes) chart.lines[0].points.emplace_back(epoch.epoch, epoch.learning_rate);
    return chart;
}

Chart step_chart(const std::vector<float>& losses) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        points.emplace_back(static_cast<double>(i), static_cast<double>(losses[i]));
    }
    return {.title = "Loss per step",
            .x_name = "step",
            .lines = {{"loss", downsampled(points, most_step_points)}},
            .whole_x = true};
}

std::string charts(const ReportInput& input) {
    const History& history = input.history;
    const std::string drawings =
        chart_html(epoch_chart("Loss", history, &EpochResult::loss, &EpochResult::validation_loss)) +
        chart_html(epoch_chart("Accuracy", history, &EpochResult::accuracy,
                               &EpochResult::validation_accuracy)) +
        chart_html(rate_chart(history)) + chart_html(step_chart(input.step_losses));
    if (drawings.empty()) return {};
    return "<section><h2>Training</h2><div class=\"charts\">\n" + drawings + "</div></section>\n";
}

std::string layers(const ReportInput& input) {
    if (input.layers.empty()) return {};
    std::string html =
        "<section><h2>Network</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">layer</th>"
        "<th scope=\"col\" class=\"n\">output</th><th scope=\"col\" class=\"n\">parameters</th>"
        "<th scope=\"col\" class=\"n\">multiply-adds per image</th></tr></thead><tbody>\n";
    std::uint64_t parameters = 0, multiply_adds = 0;
    const auto row = [](const std::string& name, const std::string& output, std::uint64_t p,
                        std::uint64_t m) {
        return "<tr><td>" + escaped(name) + "</td><td class=\"n\">" + escaped(output) +
               "</td><td class=\"n\">" + std::to_string(p) + "</td><td class=\"n\">" +
               std::to_string(m) + "</td></tr>\n";
    };
    for (const LayerSummary& layer : input.layers) {
        html += row(layer.name, to_string(layer.output), layer.parameters, layer.multiply_adds);
        parameters += layer.parameters;
        multiply_adds += layer.multiply_adds;
    }
    return html + row("total", "", parameters, multiply_adds) + "</tbody></table></div></section>\n";
}

std::string picture(const Picture& p) {
    const std::string title = escaped(p.label) + " &rarr; " + escaped(p.prediction);
    return std::string("<figure class=\"") + (p.right ? "right" : "wrong") + "\"><img src=\"" +
           data_uri(p.image) + "\" alt=\"" + title + "\"><figcaption>" +
           (p.right ? "&check; " : "&cross; ") + title + "<small>" +
           (p.right ? "right, " : "wrong, ") + percent(p.probability) + "</small></figcaption></figure>\n";
}

std::string pictures(const std::string& heading, const std::vector<Picture>& images) {
    if (images.empty()) return {};
    std::string html = "<section><h2>" + heading + "</h2><div class=\"pictures\">\n";
    for (const Picture& p : images) html += picture(p);
    return html + "</div></section>\n";
}

std::string augmented(const ReportInput& input) {
    if (input.augmented.empty()) return {};
    std::string html =
        "<section><h2>Augmented training images: the original, then as trained on</h2>\n";
    for (const Augmented& row : input.augmented) {
        html += "<div class=\"pictures\"><figure><img src=\"" + data_uri(row.original) + "\" alt=\"original\"></figure>";
        for (const io::Image& sample : row.samples)
            html += "<figure><img src=\"" + data_uri(sample) + "\" alt=\"augmented\"></figure>";
        html += "</div>\n";
    }
    return html + "</section>\n";
}

std::string times(const ReportInput& input) {
    if (input.times.empty()) return {};
    double sum = 0;
    for (const LayerTime& time : input.times) sum += time.forward_ms + time.backward_ms;
    std::string html =
        "<section><h2>Time per layer, one batch</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">layer</th>"
        "<th scope=\"col\" class=\"n\">forward, ms</th><th scope=\"col\" class=\"n\">backward, ms</th>"
        "<th scope=\"col\" class=\"n\">share</th></tr></thead><tbody>\n";
    for (const LayerTime& time : input.times)
        html += "<tr><td>" + escaped(time.layer) + "</td><td class=\"n\">" + number(time.forward_ms, 3) + "</td><td class=\"n\">" +
                number(time.backward_ms, 3) + "</td><td class=\"n\">" + percent(sum > 0 ? (time.forward_ms + time.backward_ms) / sum : 0) + "</td></tr>\n";
    return html + "</tbody></table></div></section>\n";
}

std::string command(const ReportInput& input) {
    if (input.command.empty()) return {};
    return "<section><h2>The same again</h2><pre class=\"command\">" + escaped(input.command) + "</pre></section>\n";
}

/// Nothing may be loaded or run, even if a name became markup.
constexpr const char* policy =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n";

}  // namespace

std::string facts_html(const std::vector<Fact>& facts) {
    std::string html = "<section><h2>Run</h2><table class=\"facts\"><tbody>\n";
    for (const Fact& fact : facts) {
        html += "<tr><th scope=\"row\">" + escaped(fact.name) + "</th><td>" + escaped(fact.value) +
                "</td></tr>\n";
    }
    return html + "</tbody></table></section>\n";
}

std::string page_of(const std::string& text, const std::string& sections) {
    const std::string title = escaped(text);
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
           std::string(policy) +
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           title + "</title>\n<style>" + style_sheet + "</style>\n</head>\n<body>\n<main>\n<h1>" +
           title + "</h1>\n" + sections + "</main>\n</body>\n</html>\n";
}

std::string page(const ReportInput& input) {
    return page_of(input.title, key_numbers(input) + charts(input) + confusion_html(input) + scores_html(input) +
                                    pictures("Worst mistakes: label &rarr; prediction", input.worst) +
                                    pictures("First test images: label &rarr; prediction", input.images) + augmented(input) +
                                    input.more_sections + layers(input) + times(input) + facts_html(input.facts) + command(input));
}

}  // namespace hekla::report
