#pragma once
// What a network sees: the filters of its first layer, its feature maps, and which pixels a class's score hangs on.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <hekla/config.h>
#include <hekla/device.h>
#include <hekla/network.h>
#if HEKLA_WITH_IO
#include <hekla/io.h>
#endif

namespace hekla {

/// One number per pixel, rows from the top.
struct PixelMap {
    std::uint32_t height = 0, width = 0;
    std::vector<float> values;
};

/// Where a map's pixels lie in the image: the middle of pixel (0, 0), and how far it is from one to the next, in pixels of the image.
/// Of a network without padding the map does not reach the image's edges.
struct MapPlace {
    float top = 0, left = 0, row_step = 1, column_step = 1;
};
/// The map on the image's pixels: linear between its own, its outermost ones beyond. Throws Error for an empty map.
PixelMap over_image(const PixelMap& map, const MapPlace& place, std::uint32_t height, std::uint32_t width);

/// What one layer gives for one image: values [height, width, channels].
struct FeatureMaps {
    std::string layer;
    std::uint32_t height = 0, width = 0, channels = 0;
    std::vector<float> values;
};

/// Filters [height, width, channels, count].
struct Filters {
    std::string layer;
    std::uint32_t height = 0, width = 0, channels = 0, count = 0;
    std::vector<float> values;
};
/// Those of the first layer, as far as it sees the image itself: a convolution's, or of a dense layer the weights of its units,
/// each as large as the image. None (count = 0) where it is neither. Throws Error for a network that is not built.
Filters first_filters(const Network& network);

/// Values of the network (as NetworkStructure calls them) that are feature maps, height x width x channels, in their order.
std::vector<std::string> feature_layers(const Network& network);
/// The one that Grad-CAM looks at unless told otherwise: what the last convolution gives, after the normalization and the
/// activation that follow it. Empty if there is no convolution.
std::string last_convolution(const Network& network);

/// Why one image got one class. The score is the class's logit, before a softmax.
struct Explanation {
    std::uint32_t class_index = 0;
    std::vector<float> probabilities;   // of all classes
    float score = 0;
    /// d score / d input [H, W, C], the input being byte * scale + shift.
    std::vector<float> input_gradient;
    /// The largest |d score / d input| of each pixel's channels (Simonyan, Vedaldi and Zisserman 2014).
    PixelMap saliency;
    FeatureMaps maps;                   // of the Explainer's layer; empty if it has none
    /// Grad-CAM (Selvaraju et al. 2017): relu(sum over channels k of a_k maps_k), a_k being the mean over the pixels of
    /// d score / d maps_k. As large as the maps.
    PixelMap grad_cam;
    MapPlace place;                     // of maps and grad_cam
};

struct OcclusionOptions {
    std::uint32_t size = 0;    // of the square that is covered, in pixels; 0: a fifth of the shorter side
    std::uint32_t stride = 0;  // pixels from one square to the next; 0: a third of the size
    std::optional<std::uint8_t> fill = {};  // byte of the square; if not given the mean of each channel
};

/// A network compiled for explanations of single images, as in evaluation: running averages, no dropout. It has a copy of
/// nothing: the network's newest parameters count. Must not outlive the Device. One thread at a time.
class Explainer {
  public:
    /// `layer`: one of feature_layers(), or empty for last_convolution(). Throws Error: a network that is not built, has not one
    /// input H x W x C, or gives no row of scores; a layer that gives no feature maps, listing those that do.
    Explainer(const Device& device, const Network& network, const std::string& layer = {});
    ~Explainer();
    Explainer(const Explainer&) = delete;
    Explainer& operator=(const Explainer&) = delete;

    /// The image's bytes, H x W x C. Without a class: the most probable one. Throws Error for another number of bytes, and for
    /// a class that there is not.
    Explanation explain(std::span<const std::uint8_t> image, std::optional<std::uint32_t> class_index = {});
    /// How far the probability of the class falls when a square covers the pixel: the mean over all squares that do, -1 to 1
    /// (Zeiler and Fergus 2014). Throws Error as explain does, and for a square larger than the image.
    PixelMap occlusion(std::span<const std::uint8_t> image, std::uint32_t class_index, const OcclusionOptions& options = {});

  private:
    struct State;
    std::unique_ptr<State> state_;
};

#if HEKLA_WITH_IO
enum class Colours : std::uint8_t {
    sequential,  // 0 to the map's 99th percentile: dark to bright, of even steps for the eye (matplotlib's inferno)
    diverging    // from blue over white at 0 to red at the largest magnitude (ColorBrewer's RdBu)
};
/// The map in colours, smoothly enlarged to height x width.
io::Image coloured(const PixelMap& map, Colours colours, std::uint32_t height, std::uint32_t width);
/// The picture in grey, enlarged to `side` pixels of its longer side or a little less, with the map laid over it.
io::Image overlaid(const io::Image& picture, const PixelMap& map, Colours colours, std::uint32_t side = 224);
/// The picture alone, enlarged in the same way.
io::Image enlarged(const io::Image& picture, std::uint32_t side = 224);
/// All filters beside each other: of three channels in colour with grey for 0, otherwise each channel's in diverging colours and a
/// row per channel. At most `most` filters (of `most` / 8 channels).
io::Image filter_sheet(const Filters& filters, std::uint32_t most = 64);
/// Feature maps beside each other, in sequential colours from each map's least to its largest value. At most `most`.
io::Image map_sheet(const FeatureMaps& maps, std::uint32_t most = 64);
#endif

}  // namespace hekla
