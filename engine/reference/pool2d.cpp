#include <algorithm>
#include <limits>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

/// Positions [begin, end) of one axis that lie under a window.
struct Range {
    std::int64_t begin, end;
    std::int64_t length() const { return std::max<std::int64_t>(end - begin, 0); }
};

Range window(std::uint32_t out, std::uint32_t stride, std::uint32_t pad, std::uint32_t kernel) {
    const std::int64_t begin = std::int64_t{out} * stride - pad;
    return {begin, begin + kernel};
}

Range clip(Range range, std::int64_t low, std::int64_t high) {
    return {std::max(range.begin, low), std::min(range.end, high)};
}

void check(const char* operation, const Pool2dGeometry& g, In x, In y) {
    check_size(operation, "the input", x.size(), g.input_elements());
    check_size(operation, "the output", y.size(), g.output_elements());
}

/// Calls visit(y index, oh, ow, n, c) for every output element.
template <class Visit>
void for_each_output(const Pool2dGeometry& g, Visit visit) {
    std::uint64_t at = 0;
    for (std::uint32_t n = 0; n < g.batch; ++n)
        for (std::uint32_t oh = 0; oh < g.out_h; ++oh)
            for (std::uint32_t ow = 0; ow < g.out_w; ++ow)
                for (std::uint32_t c = 0; c < g.channels; ++c) visit(at++, oh, ow, n, c);
}

/// Calls visit(x index) for every position of the window that lies in the image, in row order.
template <class Visit>
void for_each_position(const Pool2dGeometry& g, std::uint32_t oh, std::uint32_t ow, std::uint32_t n,
                       std::uint32_t c, Visit visit) {
    const Range rows = clip(window(oh, g.stride_h, g.pad_top, g.kernel_h), 0, g.height);
    const Range columns = clip(window(ow, g.stride_w, g.pad_left, g.kernel_w), 0, g.width);
    for (std::int64_t h = rows.begin; h < rows.end; ++h)
        for (std::int64_t w = columns.begin; w < columns.end; ++w)
            visit(((std::uint64_t{n} * g.height + h) * g.width + w) * g.channels + c);
}

constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();

/// Index of the window's first maximum; `nowhere` if the window lies in the padding altogether.
std::uint64_t first_maximum(const Pool2dGeometry& g, In x, std::uint32_t oh, std::uint32_t ow,
                            std::uint32_t n, std::uint32_t c) {
    std::uint64_t best = nowhere;
    for_each_position(g, oh, ow, n, c, [&](std::uint64_t at) {
        if (best == nowhere || x[at] > x[best]) best = at;
    });
    return best;
}

}  // namespace

void max_pool2d(const Pool2dGeometry& g, In x, Out y) {
    check("max_pool2d", g, x, y);
    for_each_output(g, [&](auto at, auto oh, auto ow, auto n, auto c) {
        const std::uint64_t best = first_maximum(g, x, oh, ow, n, c);
        y[at] = best == nowhere ? -std::numeric_limits<double>::infinity() : x[best];
    });
}

void max_pool2d_gradient(const Pool2dGeometry& g, In x, In dy, Out dx) {
    check("max_pool2d_gradient", g, x, dy);
    check_size("max_pool2d_gradient", "the input's gradient", dx.size(), g.input_elements());
    std::fill(dx.begin(), dx.end(), 0.0);
    for_each_output(g, [&](auto at, auto oh, auto ow, auto n, auto c) {
        const std::uint64_t best = first_maximum(g, x, oh, ow, n, c);
        if (best != nowhere) dx[best] += dy[at];
    });
}

std::uint32_t average_divisor(const Pool2dGeometry& g, std::uint32_t oh, std::uint32_t ow) {
    Range rows = window(oh, g.stride_h, g.pad_top, g.kernel_h);
    Range columns = window(ow, g.stride_w, g.pad_left, g.kernel_w);
    if (g.count_include_pad) {
        rows = clip(rows, rows.begin, std::int64_t{g.height} + g.pad_bottom);
        columns = clip(columns, columns.begin, std::int64_t{g.width} + g.pad_right);
    } else {
        rows = clip(rows, 0, g.height);
        columns = clip(columns, 0, g.width);
    }
    return static_cast<std::uint32_t>(rows.length() * columns.length());
}

void average_pool2d(const Pool2dGeometry& g, In x, Out y) {
    check("average_pool2d", g, x, y);
    for_each_output(g, [&](auto at, auto oh, auto ow, auto n, auto c) {
        double sum = 0;
        for_each_position(g, oh, ow, n, c, [&](std::uint64_t from) { sum += x[from]; });
        const std::uint32_t divisor = average_divisor(g, oh, ow);
        y[at] = divisor == 0 ? 0.0 : sum / divisor;
    });
}

void average_pool2d_gradient(const Pool2dGeometry& g, In dy, Out dx) {
    check("average_pool2d_gradient", g, dx, dy);
    std::fill(dx.begin(), dx.end(), 0.0);
    for_each_output(g, [&](auto at, auto oh, auto ow, auto n, auto c) {
        const std::uint32_t divisor = average_divisor(g, oh, ow);
        for_each_position(g, oh, ow, n, c,
                          [&](std::uint64_t to) { dx[to] += dy[at] / divisor; });
    });
}

}  // namespace hekla::reference
