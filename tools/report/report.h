#pragma once
// The page that shows how a training run went.

#include <hekla/io.h>
#include <hekla/nn.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hekla::report {

/// A line of the table at the top.
struct Fact {
    std::string name, value;
};

/// A test image and what the network took it for.
struct Picture {
    io::Image image;
    std::string label, prediction;
    double probability = 0;  // of the prediction
    bool right = false;
};

/// A training image and what augmentation made of it at several times.
struct Augmented {
    io::Image original;
    std::vector<io::Image> samples;
};

struct ReportInput {
    std::string title;
    std::vector<Fact> facts;            // device, settings, versions
    std::vector<LayerSummary> layers;
    History history;
    std::vector<float> step_losses;     // one per step; may be empty
    Evaluation evaluation;              // of the test set
    std::vector<std::string> classes;
    std::vector<std::uint64_t> confusion;  // classes x classes, row: label, column: prediction
    std::vector<Picture> images;
    std::vector<Augmented> augmented = {};  // empty: without augmentation
    std::vector<Picture> worst;         // wrong with the most confidence, the worst first
    std::vector<LayerTime> times;       // of a step; may be empty
    std::string command;                // that makes the same run again; may be empty
    std::string more_sections = {};     // HTML of other pages' making, such as explain_sections
};

/// One self-contained HTML page: no scripts, nothing loaded from anywhere, every text escaped.
/// Throws Error (invalid_argument) if the confusion matrix does not fit the classes.
std::string page(const ReportInput& input);

/// A page with a title around sections that are HTML already.
std::string page_of(const std::string& title, const std::string& sections);
/// The section that lists facts.
std::string facts_html(const std::vector<Fact>& facts);

}  // namespace hekla::report
