#include "confusion.h"

#include <hekla/error.h>

#include <algorithm>

#include "html.h"

namespace hekla::report {

namespace {

constexpr std::size_t largest_matrix = 30, most_mistakes = 8;

struct Mistake {
    std::size_t label, prediction;
    std::uint64_t count;
};

std::uint64_t row_sum(const ReportInput& input, std::size_t row) {
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c < input.classes.size(); ++c) {
        sum += input.confusion[row * input.classes.size() + c];
    }
    return sum;
}

/// The cell's share of its row is its shade; the number stays readable on all of them.
std::string cell(std::uint64_t count, std::uint64_t of_row, bool diagonal) {
    const double share =
        of_row == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of_row);
    // Mistakes are few: their shade grows faster.
    const double shade = diagonal ? 0.12 + 0.5 * share : std::min(0.7, 4 * share);
    return std::string("<td class=\"") + (diagonal ? "hit" : "miss") + "\" style=\"--s:" +
           number(count == 0 ? 0 : shade, 3) + "\">" + (count == 0 ? "" : std::to_string(count)) +
           "</td>";
}

std::string matrix(const ReportInput& input) {
    const std::size_t n = input.classes.size();
    std::string html =
        "<div class=\"scroll\"><table class=\"confusion\"><thead><tr><th scope=\"col\">label \\ "
        "prediction</th>";
    for (const std::string& name : input.classes) {
        html += "<th scope=\"col\" class=\"turned\"><span>" + escaped(name) + "</span></th>";
    }
    html += "<th scope=\"col\">right</th></tr></thead><tbody>\n";
    for (std::size_t row = 0; row < n; ++row) {
        const std::uint64_t sum = row_sum(input, row);
        html += "<tr><th scope=\"row\">" + escaped(input.classes[row]) + "</th>";
        for (std::size_t c = 0; c < n; ++c) html += cell(input.confusion[row * n + c], sum, c == row);
        const auto hits = static_cast<double>(input.confusion[row * n + row]);
        html += "<td>" + (sum == 0 ? "" : number(100 * hits / static_cast<double>(sum), 1) + "&nbsp;%") +
                "</td></tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::vector<Mistake> frequent_mistakes(const ReportInput& input) {
    const std::size_t n = input.classes.size();
    std::vector<Mistake> mistakes;
    for (std::size_t i = 0; i < input.confusion.size(); ++i) {
        if (i / n != i % n && input.confusion[i] > 0) {
            mistakes.push_back({i / n, i % n, input.confusion[i]});
        }
    }
    std::stable_sort(mistakes.begin(), mistakes.end(),
                     [](const Mistake& l, const Mistake& r) { return l.count > r.count; });
    mistakes.resize(std::min(mistakes.size(), most_mistakes));
    return mistakes;
}

}  // namespace

std::string confusion_html(const ReportInput& input) {
    const std::size_t n = input.classes.size();
    if (input.confusion.size() != n * n) {
        throw Error(ErrorCode::invalid_argument,
                    "[report] the confusion matrix has " + std::to_string(input.confusion.size()) +
                        " cells, " + std::to_string(n) + " classes expect " + std::to_string(n * n));
    }
    if (n == 0) return {};
    std::string html = "<section><h2>Confusion</h2>\n";
    if (n <= largest_matrix) html += matrix(input);
    const std::vector<Mistake> mistakes = frequent_mistakes(input);
    if (!mistakes.empty()) {
        html += "<h3>Most frequent mistakes</h3><ol class=\"mistakes\">";
        for (const Mistake& m : mistakes) {
            html += "<li>" + escaped(input.classes[m.label]) + " &rarr; " +
                    escaped(input.classes[m.prediction]) + ": " + std::to_string(m.count) + "</li>";
        }
        html += "</ol>";
    }
    return html + "</section>\n";
}

}  // namespace hekla::report
