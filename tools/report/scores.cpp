#include "scores.h"

#include "html.h"

namespace hekla::report {

namespace {

std::string row(const std::string& name, const ClassScores& s) {
    const auto cell = [](const std::string& text) { return "<td class=\"n\">" + text + "</td>"; };
    return "<tr><th scope=\"row\">" + escaped(name) + "</th>" + cell(number(s.precision, 4)) + cell(number(s.recall, 4)) + cell(number(s.f1, 4)) +
           cell(s.auc ? number(*s.auc, 4) : "n/a") + cell(std::to_string(s.support)) + "</tr>\n";
}

}  // namespace

std::string scores_html(const ReportInput& input) {
    const PredictionCounts& counts = input.evaluation.counts;
    if (counts.count() == 0) return {};
    std::string html =
        "<section><h2>Classes</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"n\">precision</th>"
        "<th scope=\"col\" class=\"n\">recall</th><th scope=\"col\" class=\"n\">F1</th><th scope=\"col\" class=\"n\">AUC</th>"
        "<th scope=\"col\" class=\"n\">test images</th></tr></thead><tbody>\n";
    const std::vector<ClassScores> scores = counts.per_class();
    for (std::size_t c = 0; c < scores.size(); ++c) html += row(c < input.classes.size() ? input.classes[c] : std::to_string(c), scores[c]);
    return html + row("mean (macro)", counts.macro()) + row("all together (micro)", counts.micro()) + "</tbody></table></div></section>\n";
}

}  // namespace hekla::report
