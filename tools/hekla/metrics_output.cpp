#include "metrics_output.h"

#include "pictures.h"

namespace hekla::command {

namespace {

constexpr std::uint32_t top = 5;

Json scores_json(const ClassScores& scores) {
    Json json = {{"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}, {"support", scores.support}, {"auc", nullptr}};
    if (scores.auc) json["auc"] = *scores.auc;
    return json;
}

std::vector<std::string> cells(const std::string& name, const ClassScores& s) {
    return {printable(name), fixed(s.precision, 4), fixed(s.recall, 4), fixed(s.f1, 4), s.auc ? fixed(*s.auc, 4) : "n/a", std::to_string(s.support)};
}

}  // namespace

void add_metrics(Json& json, const PredictionCounts& counts, const std::vector<std::string>& classes) {
    if (counts.classes == 0) return;
    if (counts.classes > top) json["top_5_accuracy"] = counts.top_k(top);
    json["macro"] = scores_json(counts.macro());
    Json micro = scores_json(counts.micro());
    micro.erase("auc");
    json["micro"] = micro;
    json["per_class"] = Json::array();
    const std::vector<ClassScores> scores = counts.per_class();
    for (std::size_t c = 0; c < scores.size(); ++c) {
        Json one = {{"class", class_name(classes, c)}};
        one.update(scores_json(scores[c]));
        json["per_class"].push_back(one);
    }
    json["confusion"] = Json::array();
    for (std::size_t c = 0; c < counts.classes; ++c) {
        const auto row = counts.confusion.begin() + static_cast<std::ptrdiff_t>(c * counts.classes);
        json["confusion"].push_back(std::vector<std::uint64_t>(row, row + counts.classes));
    }
}

std::string metrics_text(const PredictionCounts& counts, const std::vector<std::string>& classes, std::size_t most_classes) {
    if (counts.classes == 0) return {};
    std::string text;
    if (counts.classes > top) text += "top-5 accuracy: " + fixed(counts.top_k(top), 4) + "\n";
    std::vector<std::vector<std::string>> rows = {{"class", "precision", "recall", "F1", "AUC", "images"}};
    const std::vector<ClassScores> scores = counts.per_class();
    for (std::size_t c = 0; c < scores.size() && scores.size() <= most_classes; ++c) rows.push_back(cells(class_name(classes, c), scores[c]));
    rows.push_back(cells("mean (macro)", counts.macro()));
    return text + table(rows);
}

}  // namespace hekla::command
