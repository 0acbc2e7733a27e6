#include "nn/map_place.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <hekla/error.h>

#include "ops/windows.h"

namespace hekla {
namespace nn {
namespace {

/// Where the middles of a value's rows (or columns) lie: first + i step, in pixels of the image.
struct Axis {
    double first = 0, step = 1;
    Axis windows(double kernel, double stride, double dilation, double pad) const {
        return {first + step * ((kernel - 1) * dilation / 2 - pad), step * stride};
    }
    Axis spread(double factor, double middle) const { return {first + step * middle, step / factor}; }
};

struct Grid {
    Axis rows, columns;
};

class Walk {
  public:
    Walk(const Grid& in, const Shape& from, const Shape& to) : in_(in), from_(from), to_(to) {}

    template <class Conv>
        requires requires(Conv conv) { conv.kernel; conv.dilation; }
    std::optional<Grid> operator()(const Conv& conv) const { return windows(conv.kernel, conv.stride, conv.dilation, conv.padding, false); }
    std::optional<Grid> operator()(const MaxPool2d& pool) const { return windows(pool.size, pool.stride.value_or(pool.size), 1, pool.padding, pool.ceil_mode); }
    std::optional<Grid> operator()(const AveragePool2d& pool) const { return windows(pool.size, pool.stride.value_or(pool.size), 1, pool.padding, pool.ceil_mode); }
    std::optional<Grid> operator()(const Upsample2d& up) const {
        const auto axis = [](const Axis& of, double factor) { return of.spread(factor, 0.5 / factor - 0.5); };
        return Grid{axis(in_.rows, up.factor.height), axis(in_.columns, up.factor.width)};
    }
    std::optional<Grid> operator()(const Conv2dTranspose& conv) const {
        const auto axis = [](const Axis& of, double kernel, double stride, double pad) { return of.spread(stride, (pad - (kernel - 1) / 2) / stride); };
        const WindowAxis rows = pads(to_, 0, conv.kernel.height, conv.stride.height, 1, conv.padding, false);
        const WindowAxis columns = pads(to_, 1, conv.kernel.width, conv.stride.width, 1, conv.padding, false);
        return Grid{axis(in_.rows, conv.kernel.height, conv.stride.height, rows.pad_before), axis(in_.columns, conv.kernel.width, conv.stride.width, columns.pad_before)};
    }
    /// Pixel by pixel, if it keeps them all.
    template <class Other>
        requires(!requires(Other other) { other.kernel; other.dilation; })
    std::optional<Grid> operator()(const Other&) const {
        if (to_.rank() != 3 || from_.rank() != 3 || to_[0] != from_[0] || to_[1] != from_[1]) return std::nullopt;
        return in_;
    }

  private:
    static WindowAxis pads(const Shape& shape, std::size_t axis, std::uint32_t kernel, std::uint32_t stride, std::uint32_t dilation, const Padding& padding, bool ceil_mode) {
        return window_axis("explain", axis ? "width" : "height", static_cast<std::uint32_t>(shape[axis]), kernel, stride, dilation, padding.kind,
                           axis ? padding.left : padding.top, axis ? padding.right : padding.bottom, ceil_mode);
    }
    std::optional<Grid> windows(Size2 kernel, Size2 stride, Size2 dilation, const Padding& padding, bool ceil_mode) const {
        const WindowAxis rows = pads(from_, 0, kernel.height, stride.height, dilation.height, padding, ceil_mode);
        const WindowAxis columns = pads(from_, 1, kernel.width, stride.width, dilation.width, padding, ceil_mode);
        return Grid{in_.rows.windows(kernel.height, stride.height, dilation.height, rows.pad_before),
                    in_.columns.windows(kernel.width, stride.width, dilation.width, columns.pad_before)};
    }

    const Grid& in_;
    const Shape &from_, &to_;
};

}  // namespace

MapPlace place_of(const Network& network, const std::string& value) {
    const NetworkStructure structure = network.structure();
    std::map<std::string, Shape> shapes = {{structure.inputs.at(0).name, network.input().image_shape}};
    for (const LayerSummary& row : network.summary()) shapes[row.name] = row.output;
    std::map<std::string, Grid> grids = {{structure.inputs[0].name, {}}};
    for (const NetworkStructure::Place& place : structure.places) {
        const auto from = grids.find(place.inputs[0]);
        if (from == grids.end()) continue;
        if (const auto grid = std::visit(Walk(from->second, shapes.at(place.inputs[0]), shapes.at(place.value)), network.layers()[place.layer]))
            grids[place.value] = *grid;
    }
    const auto stretched = [&](std::size_t axis) {
        const double step = static_cast<double>(network.input().image_shape[axis]) / static_cast<double>(shapes.at(value)[axis]);
        return Axis{(step - 1) / 2, step};
    };
    const auto found = grids.find(value);
    const Grid grid = found != grids.end() ? found->second : Grid{stretched(0), stretched(1)};
    return {static_cast<float>(grid.rows.first), static_cast<float>(grid.columns.first), static_cast<float>(grid.rows.step), static_cast<float>(grid.columns.step)};
}

}  // namespace nn

PixelMap over_image(const PixelMap& map, const MapPlace& place, std::uint32_t height, std::uint32_t width) {
    if (map.height == 0 || map.width == 0 || map.values.size() != std::size_t{map.height} * map.width)
        throw Error(ErrorCode::invalid_argument, "[explain] the map is empty or has not height x width values");
    struct Between {
        std::size_t low, high;
        double share;
    };
    const auto between = [](std::uint32_t pixel, float first, float step, std::uint32_t count) {
        const double at = std::clamp((double(pixel) - double{first}) / double{step}, 0.0, double(count - 1));
        const auto low = static_cast<std::size_t>(at);
        return Between{low, std::min<std::size_t>(low + 1, count - 1), at - static_cast<double>(low)};
    };
    PixelMap result{height, width, {}};
    for (std::uint32_t y = 0; y < height; ++y) {
        const Between row = between(y, place.top, place.row_step, map.height);
        for (std::uint32_t x = 0; x < width; ++x) {
            const Between column = between(x, place.left, place.column_step, map.width);
            const auto along = [&](std::size_t of) {
                return std::lerp(double{map.values[of * map.width + column.low]}, double{map.values[of * map.width + column.high]}, column.share);
            };
            result.values.push_back(static_cast<float>(std::lerp(along(row.low), along(row.high), row.share)));
        }
    }
    return result;
}

}  // namespace hekla
