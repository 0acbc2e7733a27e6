#pragma once
// Images and why they got their classes, as pictures for a page and for files.

#include <hekla/data.h>
#include <hekla/explain.h>

#include <optional>
#include <string>
#include <vector>

#include "report/explain_page.h"

namespace hekla::command {

struct ExplainSettings {
    std::optional<std::uint32_t> class_index;  // the most probable one of each image if not given
    std::string layer;                         // empty: the last convolution
    OcclusionOptions occlusion;
};

/// What one image's explanation says in numbers.
struct ExplainedClass {
    std::uint32_t class_index = 0, best = 0;  // explained, and most probable
    double probability = 0;                   // of the class explained
    double score = 0;
};

struct Explained {
    report::ExplainInput pages;  // without title and facts
    std::vector<ExplainedClass> classes;
    std::string layer;           // whose maps are shown; empty if none
};

/// Filters of the first layer, and for each image the image, saliency, Grad-CAM, occlusion and feature maps. `names` are those of
/// the images; labelled: their labels mean something. Throws Error as Explainer does, and for images that have not 1, 3 or 4 channels.
Explained explained(const Device& device, const Network& network, const data::Dataset& images, const std::vector<std::string>& names, bool labelled,
                    const ExplainSettings& settings);

/// The first images of a set; their names are added: "test-0", ..
data::Dataset first_images(data::Dataset set, std::size_t count, std::vector<std::string>& names);

/// Sections for another page, of the first three images. Empty where images are none that can be shown.
std::string explained_sections(const Device& device, const Network& network, const data::Dataset& test);

}  // namespace hekla::command
