// Maps, filters and pictures of <hekla/explain.h> as images.

#include <algorithm>
#include <cmath>

#include <hekla/error.h>
#include <hekla/explain.h>

#include "io/colour_map.h"

namespace hekla {
namespace {

using io::Image;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[explain] " + what); }

/// The value that stands for the end of the colours: the 99th percentile, so that a single pixel does not darken all others;
/// the largest one where that is 0.
float upper_end(std::vector<float> magnitudes) {
    if (magnitudes.empty()) return 0;
    std::sort(magnitudes.begin(), magnitudes.end());
    const float high = magnitudes[(magnitudes.size() - 1) * 99 / 100];
    return high > 0 ? high : magnitudes.back();
}

/// 0..255 for the shares 0..1, or 1..255 around 128 for -1..1.
Image as_bytes(const PixelMap& map, Colours colours) {
    if (map.values.size() != std::size_t{map.height} * map.width || map.values.empty()) fail("the map is empty or has not height x width values");
    std::vector<float> magnitudes;
    for (float value : map.values) magnitudes.push_back(colours == Colours::diverging ? std::abs(value) : std::max(value, 0.0f));
    const float end = upper_end(std::move(magnitudes));
    Image image{map.height, map.width, 1, {}};
    for (float value : map.values) {
        const double share = end > 0 && std::isfinite(value) ? std::clamp(double{value} / double{end}, -1.0, 1.0) : 0.0;
        const double byte = colours == Colours::diverging ? 128 + 127 * share : 255 * std::max(share, 0.0);
        image.pixels.push_back(static_cast<std::uint8_t>(std::lround(byte)));
    }
    return image;
}

io::Rgb colour_of(std::uint8_t byte, Colours colours) {
    return colours == Colours::diverging ? io::diverging_colour((byte - 128) / 127.0) : io::sequential_colour(byte / 255.0);
}

/// Each pixel `times` wide and high: small pictures keep their corners.
Image repeated(const Image& image, std::uint32_t times) {
    Image result{image.height * times, image.width * times, image.channels, {}};
    for (std::uint32_t y = 0; y < result.height; ++y)
        for (std::uint32_t x = 0; x < result.width; ++x) {
            const std::size_t from = (std::size_t{y / times} * image.width + x / times) * image.channels;
            result.pixels.insert(result.pixels.end(), image.pixels.begin() + static_cast<std::ptrdiff_t>(from),
                                 image.pixels.begin() + static_cast<std::ptrdiff_t>(from + image.channels));
        }
    return result;
}

/// Tiles of one size, three channels, beside each other with lines between them.
Image sheet(const std::vector<Image>& tiles, std::uint32_t columns) {
    constexpr std::uint32_t gap = 2;
    constexpr std::uint8_t line = 255;
    if (tiles.empty()) fail("there is nothing to show");
    const auto count = static_cast<std::uint32_t>(tiles.size());
    columns = std::min(columns, count);
    const std::uint32_t rows = (count + columns - 1) / columns, height = tiles[0].height, width = tiles[0].width;
    Image result{rows * (height + gap) + gap, columns * (width + gap) + gap, 3, {}};
    result.pixels.assign(std::size_t{result.height} * result.width * 3, line);
    for (std::uint32_t i = 0; i < count; ++i)
        for (std::uint32_t y = 0; y < height; ++y) {
            const std::size_t top = gap + i / columns * (height + gap) + y, left = gap + i % columns * (width + gap);
            std::copy_n(tiles[i].pixels.begin() + std::ptrdiff_t{y} * width * 3, width * 3,
                        result.pixels.begin() + static_cast<std::ptrdiff_t>((top * result.width + left) * 3));
        }
    return result;
}

/// How often a pixel of a small tile is repeated for people to see it.
std::uint32_t tile_factor(std::uint32_t side) { return std::max(1u, 56 / std::max(side, 1u)); }

Image in_colours(const Image& bytes, Colours colours) {
    Image result{bytes.height, bytes.width, 3, {}};
    for (std::uint8_t byte : bytes.pixels) {
        const io::Rgb colour = colour_of(byte, colours);
        result.pixels.insert(result.pixels.end(), colour.begin(), colour.end());
    }
    return result;
}

PixelMap channel_of(const Filters& filters, std::uint32_t filter, std::uint32_t channel) {
    PixelMap map{filters.height, filters.width, {}};
    for (std::size_t i = 0; i < std::size_t{filters.height} * filters.width; ++i)
        map.values.push_back(filters.values[(i * filters.channels + channel) * filters.count + filter]);
    return map;
}

/// Weight 0 is mid-grey.
Image in_rgb(const Filters& filters, std::uint32_t filter) {
    Image image{filters.height, filters.width, 3, {}};
    std::vector<float> weights, magnitudes;
    for (std::size_t i = 0; i < std::size_t{filters.height} * filters.width * 3; ++i) {
        weights.push_back(filters.values[i * filters.count + filter]);
        magnitudes.push_back(std::abs(weights.back()));
    }
    const float end = upper_end(magnitudes);
    for (float weight : weights) {
        const double share = end > 0 ? std::clamp(double{weight} / double{end}, -1.0, 1.0) : 0.0;
        image.pixels.push_back(static_cast<std::uint8_t>(std::lround(127.5 + 127.5 * share)));
    }
    return image;
}

}  // namespace

Image coloured(const PixelMap& map, Colours colours, std::uint32_t height, std::uint32_t width) {
    return in_colours(io::resized(as_bytes(map, colours), height, width, 1), colours);
}

Image enlarged(const Image& picture, std::uint32_t side) {
    const std::uint32_t longer = std::max({picture.height, picture.width, 1u});
    if (longer <= side) return repeated(picture, side / longer);
    const auto shrunk = [&](std::uint32_t length) { return std::max(1u, static_cast<std::uint32_t>(std::uint64_t{length} * side / longer)); };
    return io::resized(picture, shrunk(picture.height), shrunk(picture.width), picture.channels == 1 ? 1 : 3);
}

Image overlaid(const Image& picture, const PixelMap& map, Colours colours, std::uint32_t side) {
    const Image large = enlarged(picture, side);
    const Image grey = io::resized(large, large.height, large.width, 1);
    const Image shares = io::resized(as_bytes(map, colours), large.height, large.width, 1);
    Image result{large.height, large.width, 3, {}};
    for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
        const io::Rgb colour = colour_of(shares.pixels[i], colours);
        // What is shown covers the picture the more, the further it is from nothing.
        const double strength = colours == Colours::diverging ? std::abs(shares.pixels[i] - 128) / 127.0 : shares.pixels[i] / 255.0;
        const double cover = 0.3 + 0.5 * strength;
        for (std::uint8_t channel : colour)
            result.pixels.push_back(static_cast<std::uint8_t>(std::lround(grey.pixels[i] * (1 - cover) + channel * cover)));
    }
    return result;
}

Image filter_sheet(const Filters& filters, std::uint32_t most) {
    const std::uint32_t count = std::min(filters.count, most), factor = tile_factor(std::max(filters.height, filters.width));
    std::vector<Image> tiles;
    if (filters.channels == 3) {
        for (std::uint32_t f = 0; f < count; ++f) tiles.push_back(repeated(in_rgb(filters, f), factor));
        return sheet(tiles, 8);
    }
    const std::uint32_t channels = std::min(filters.channels, std::max(1u, most / 8));
    for (std::uint32_t c = 0; c < channels; ++c)
        for (std::uint32_t f = 0; f < count; ++f)
            tiles.push_back(repeated(in_colours(as_bytes(channel_of(filters, f, c), Colours::diverging), Colours::diverging), factor));
    return sheet(tiles, channels == 1 ? 8 : count);
}

Image map_sheet(const FeatureMaps& maps, std::uint32_t most) {
    const std::uint32_t count = std::min(maps.channels, most), factor = tile_factor(std::max(maps.height, maps.width));
    std::vector<Image> tiles;
    for (std::uint32_t c = 0; c < count; ++c) {
        PixelMap map{maps.height, maps.width, {}};
        for (std::size_t i = c; i < maps.values.size(); i += maps.channels) map.values.push_back(maps.values[i]);
        const float least = map.values.empty() ? 0 : *std::min_element(map.values.begin(), map.values.end());
        for (float& value : map.values) value -= least;
        tiles.push_back(repeated(in_colours(as_bytes(map, Colours::sequential), Colours::sequential), factor));
    }
    return sheet(tiles, 8);
}

}  // namespace hekla
