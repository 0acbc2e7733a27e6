#pragma once
// Accuracy by the levels of a tree of classes.

#include <hekla/data.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "output.h"

namespace hekla::command {

struct LevelScores {
    std::vector<std::string> names;
    std::uint64_t right = 0, count = 0;
    std::vector<std::uint64_t> confusion;  // rows: labels
    double accuracy() const { return count ? static_cast<double>(right) / static_cast<double>(count) : 0; }
};

/// By level, outermost first; the answer is the group with the largest sum of its classes' probabilities.
/// `probabilities` has one row of classes per label.
std::vector<LevelScores> level_scores(const std::vector<data::ClassLevel>& levels, std::span<const float> probabilities,
                                      std::span<const std::uint32_t> labels);

std::string levels_text(const std::vector<LevelScores>& scores);
Json levels_json(const std::vector<LevelScores>& scores);

}  // namespace hekla::command
