#pragma once
// What an evaluation counted, for people and programs.

#include <hekla/nn.h>

#include <string>
#include <vector>

#include "output.h"

namespace hekla::command {

/// Adds "top_5_accuracy" (of more than five classes), "macro", "micro", "per_class" and "confusion" (rows: labels).
void add_metrics(Json& json, const PredictionCounts& counts, const std::vector<std::string>& classes);

/// Lines with top-5 and macro figures, and a table of the classes if there are at most `most_classes`.
std::string metrics_text(const PredictionCounts& counts, const std::vector<std::string>& classes, std::size_t most_classes = 20);

}  // namespace hekla::command
