#include <algorithm>
#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

/// The two input pixels that an output is made of, and the second's share.
struct Source {
    std::size_t first, second;
    double weight;
};
Source source_of(std::uint32_t o, std::uint32_t factor, std::uint32_t size, bool bilinear) {
    if (!bilinear) return {o / factor, 0, 0};
    const double place = std::max((o + 0.5) / factor - 0.5, 0.0);
    const auto first = static_cast<std::size_t>(place);
    return {first, std::min<std::size_t>(first + 1, size - 1), place - static_cast<double>(first)};
}

/// Calls f(output element, input element, share) for every pair that belongs together.
template <class F>
void for_each(const Upsample2dGeometry& g, const F& f) {
    std::size_t out = 0;
    for (std::size_t n = 0; n < g.batch; ++n)
        for (std::uint32_t oh = 0; oh < g.height * g.factor_h; ++oh)
            for (std::uint32_t ow = 0; ow < g.width * g.factor_w; ++ow) {
                const Source h = source_of(oh, g.factor_h, g.height, g.bilinear), w = source_of(ow, g.factor_w, g.width, g.bilinear);
                const auto at = [&](std::size_t row, std::size_t column) { return ((n * g.height + row) * g.width + column) * g.channels; };
                for (std::size_t c = 0; c < g.channels; ++c, ++out) {
                    f(out, at(h.first, w.first) + c, (1 - h.weight) * (1 - w.weight));
                    f(out, at(h.first, w.second) + c, (1 - h.weight) * w.weight);
                    f(out, at(h.second, w.first) + c, h.weight * (1 - w.weight));
                    f(out, at(h.second, w.second) + c, h.weight * w.weight);
                }
            }
}

}  // namespace

void upsample2d(const Upsample2dGeometry& g, In x, Out y) {
    check_size("upsample2d", "x", x.size(), g.input_elements());
    check_size("upsample2d", "y", y.size(), g.output_elements());
    std::fill(y.begin(), y.end(), 0.0);
    for_each(g, [&](std::size_t out, std::size_t in, double share) { y[out] += share * x[in]; });
}

void upsample2d_gradient(const Upsample2dGeometry& g, In dy, Out dx) {
    check_size("upsample2d_gradient", "dy", dy.size(), g.output_elements());
    check_size("upsample2d_gradient", "dx", dx.size(), g.input_elements());
    std::fill(dx.begin(), dx.end(), 0.0);
    for_each(g, [&](std::size_t out, std::size_t in, double share) { dx[in] += share * dy[out]; });
}

}  // namespace hekla::reference
