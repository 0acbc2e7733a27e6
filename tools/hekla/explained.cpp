#include "explained.h"

#include <hekla/error.h>

#include <algorithm>

#include "output.h"
#include "pictures.h"

namespace hekla::command {

namespace {

constexpr std::uint32_t shown_side = 224;

std::string size_text(const FeatureMaps& maps) { return to_string(Shape{maps.height, maps.width, maps.channels}); }

io::Image image_of(const data::Dataset& set, std::size_t index) {
    const auto pixels = set.image(index);
    const auto side = [&](std::size_t axis) { return static_cast<std::uint32_t>(set.image_shape[axis]); };
    return {side(0), side(1), side(2), {pixels.begin(), pixels.end()}};
}

std::vector<report::CaptionedPicture> filter_pictures(const Network& network) {
    const Filters filters = first_filters(network);
    if (filters.count == 0) return {};
    const std::string size = to_string(Shape{filters.height, filters.width, filters.channels});
    const std::string colours = filters.channels == 3 ? "grey is a weight of 0" : "red adds to the result, blue takes from it";
    return {{"filters", "Filters of " + filters.layer,
             std::to_string(filters.count) + " of " + size + (filters.count > 64 ? ", the first 64" : "") + "; " + colours, filter_sheet(filters)}};
}

bool can_be_shown(const Shape& image) { return image.rank() == 3 && (image[2] == 1 || image[2] == 3 || image[2] == 4); }

class Explaining {
  public:
    Explaining(const Device& device, const Network& network, const ExplainSettings& settings)
        : explainer_(device, network, settings.layer), classes_(network.input().classes), settings_(settings) {}

    report::ExplainedImage image(const data::Dataset& set, std::size_t index, const std::string& name, bool labelled, ExplainedClass& numbers) {
        const Explanation found = explainer_.explain(set.image(index), settings_.class_index);
        const auto& p = found.probabilities;
        numbers = {found.class_index, static_cast<std::uint32_t>(std::max_element(p.begin(), p.end()) - p.begin()),
                   static_cast<double>(p[found.class_index]), static_cast<double>(found.score)};
        const std::string wanted = class_name(classes_, found.class_index), best = class_name(classes_, numbers.best);
        std::string title = name + ": ";
        if (labelled) title += class_name(classes_, set.labels[index]) + " \xe2\x86\x92 ";
        title += best + ", " + fixed(100 * static_cast<double>(p[numbers.best]), 1) + " %";
        if (numbers.best != numbers.class_index) title += "; why not " + wanted + ", " + fixed(100 * numbers.probability, 1) + " %";
        return {title, pictures(set, index, wanted, found)};
    }

  private:
    std::vector<report::CaptionedPicture> pictures(const data::Dataset& set, std::size_t index, const std::string& wanted, const Explanation& found) {
        const io::Image image = image_of(set, index);
        const PixelMap occlusion = explainer_.occlusion(set.image(index), found.class_index, settings_.occlusion);
        std::vector<report::CaptionedPicture> all = {
            {"input", "Image", "as the network gets it", enlarged(image, shown_side)},
            {"saliency", "Saliency", "bright: a small change of the pixel changes the score of '" + wanted + "' most",
             overlaid(image, found.saliency, Colours::sequential, shown_side)}};
        if (!found.maps.values.empty())
            all.push_back({"grad-cam", "Grad-CAM", "bright: what " + found.maps.layer + " found here speaks for '" + wanted + "'",
                           overlaid(image, over_image(found.grad_cam, found.place, image.height, image.width), Colours::sequential, shown_side)});
        all.push_back({"occlusion", "Occlusion",
                       "red: covered, '" + wanted + "' is less probable; blue: more. At most " + strongest(occlusion) + " points of probability",
                       overlaid(image, occlusion, Colours::diverging, shown_side)});
        if (!found.maps.values.empty())
            all.push_back({"maps", "Feature maps of " + found.maps.layer, size_text(found.maps) + (found.maps.channels > 64 ? ", the first 64" : "") + "; each from its least to its largest value",
                           map_sheet(found.maps)});
        return all;
    }

    static std::string strongest(const PixelMap& map) {
        float largest = 0;
        for (float value : map.values) largest = std::max(largest, std::abs(value));
        return fixed(static_cast<double>(largest), 3);
    }

    Explainer explainer_;
    std::vector<std::string> classes_;
    ExplainSettings settings_;
};

}  // namespace

Explained explained(const Device& device, const Network& network, const data::Dataset& images, const std::vector<std::string>& names, bool labelled,
                    const ExplainSettings& settings) {
    if (!can_be_shown(images.image_shape))
        throw Error(ErrorCode::invalid_argument, "[explain] pictures have 1, 3 or 4 channels, those of " + images.name + " are " + to_string(images.image_shape));
    Explained result;
    result.layer = settings.layer.empty() ? last_convolution(network) : settings.layer;
    Explaining explaining(device, network, settings);
    result.pages.filters = filter_pictures(network);
    for (std::size_t i = 0; i < images.size(); ++i)
        result.pages.images.push_back(explaining.image(images, i, names[i], labelled, result.classes.emplace_back()));
    return result;
}

std::string explained_sections(const Device& device, const Network& network, const data::Dataset& test) {
    if (!can_be_shown(test.image_shape)) return {};
    std::vector<std::string> names;
    const data::Dataset images = first_images(test, 3, names);
    return report::explain_sections(explained(device, network, images, names, true, {}).pages);
}

data::Dataset first_images(data::Dataset set, std::size_t count, std::vector<std::string>& names) {
    count = std::min<std::size_t>(count, set.size());
    set.labels.resize(count);
    set.images.resize(count * set.image_bytes());
    for (std::size_t i = 0; i < count; ++i) names.push_back("test-" + std::to_string(i));
    return set;
}

}  // namespace hekla::command
