#include "levels.h"

#include <algorithm>

namespace hekla::command {

std::vector<LevelScores> level_scores(const std::vector<data::ClassLevel>& levels, std::span<const float> probabilities,
                                      std::span<const std::uint32_t> labels) {
    std::vector<LevelScores> all;
    for (const data::ClassLevel& level : levels) {
        const std::size_t groups = level.names.size(), classes = labels.empty() ? 0 : probabilities.size() / labels.size();
        LevelScores scores{.names = level.names, .confusion = std::vector<std::uint64_t>(groups * groups)};
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const std::vector<double> sums = data::group_probabilities(level, probabilities.subspan(i * classes, classes));
            const auto best = static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
            const std::size_t label = level.group_of.at(labels[i]);
            ++scores.confusion[label * groups + best];
            ++scores.count;
            scores.right += label == best;
        }
        all.push_back(std::move(scores));
    }
    return all;
}

std::string levels_text(const std::vector<LevelScores>& all) {
    constexpr std::size_t most_columns = 12;
    std::string text;
    for (std::size_t l = 0; l < all.size(); ++l) {
        const LevelScores& scores = all[l];
        const std::size_t groups = scores.names.size();
        text += "level " + std::to_string(l + 1) + " (" + std::to_string(groups) + " groups) accuracy: " + fixed(scores.accuracy(), 4) + "\n";
        if (groups > most_columns) continue;
        std::vector<std::vector<std::string>> rows = {{"is \\ named"}};
        for (const std::string& name : scores.names) rows[0].push_back(name);
        for (std::size_t r = 0; r < groups; ++r) {
            rows.push_back({scores.names[r]});
            for (std::size_t c = 0; c < groups; ++c) rows.back().push_back(std::to_string(scores.confusion[r * groups + c]));
        }
        text += table(rows);
    }
    return text;
}

Json levels_json(const std::vector<LevelScores>& all) {
    Json json = Json::array();
    for (const LevelScores& scores : all) {
        const std::size_t groups = scores.names.size();
        Json confusion = Json::array();
        for (std::size_t r = 0; r < groups; ++r) {
            const auto row = scores.confusion.begin() + static_cast<std::ptrdiff_t>(r * groups);
            confusion.push_back(std::vector<std::uint64_t>(row, row + static_cast<std::ptrdiff_t>(groups)));
        }
        json.push_back({{"groups", scores.names}, {"accuracy", scores.accuracy()}, {"confusion", confusion}});
    }
    return json;
}

}  // namespace hekla::command
