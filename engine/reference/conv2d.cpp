#include <algorithm>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

void check(const char* operation, const Conv2dGeometry& g, In x, In weight, In y) {
    if (g.groups == 0 || g.channels % g.groups != 0 || g.filters % g.groups != 0)
        throw Error(ErrorCode::invalid_argument,
                    std::string("[reference ") + operation + "] " + std::to_string(g.groups) +
                        " groups do not divide " + std::to_string(g.channels) + " channels and " +
                        std::to_string(g.filters) + " filters");
    check_size(operation, "the input", x.size(), g.input_elements());
    check_size(operation, "the weight", weight.size(), g.weight_elements());
    check_size(operation, "the output", y.size(), g.output_elements());
}

/// Row or column of the input that tap `tap` of output position `out` reads; -1 in the padding.
std::int64_t source(std::uint32_t out, std::uint32_t stride, std::uint32_t tap,
                    std::uint32_t dilation, std::uint32_t pad, std::uint32_t size) {
    const std::int64_t at = std::int64_t{out} * stride + std::int64_t{tap} * dilation - pad;
    return at >= 0 && at < std::int64_t{size} ? at : -1;
}

/// Calls visit(x index, weight index, y index) for the products of one tap at one position.
template <class Visit>
void for_each_channel_pair(const Conv2dGeometry& g, std::uint64_t x_at, std::uint64_t weight_at,
                           std::uint64_t y_at, Visit visit) {
    for (std::uint32_t group = 0; group < g.groups; ++group)
        for (std::uint32_t c = 0; c < g.group_channels(); ++c)
            for (std::uint32_t f = 0; f < g.group_filters(); ++f) {
                const std::uint64_t o = std::uint64_t{group} * g.group_filters() + f;
                visit(x_at + std::uint64_t{group} * g.group_channels() + c,
                      weight_at + std::uint64_t{c} * g.filters + o, y_at + o);
            }
}

/// Calls visit(x index, weight index, y index) for every product of the convolution. The forward
/// pass and both gradients are the same products, summed by another index.
template <class Visit>
void for_each_product(const Conv2dGeometry& g, Visit visit) {
    for (std::uint32_t n = 0; n < g.batch; ++n)
        for (std::uint32_t oh = 0; oh < g.out_h; ++oh)
            for (std::uint32_t ow = 0; ow < g.out_w; ++ow)
                for (std::uint32_t i = 0; i < g.kernel_h; ++i)
                    for (std::uint32_t j = 0; j < g.kernel_w; ++j) {
                        const auto h = source(oh, g.stride_h, i, g.dilation_h, g.pad_top, g.height);
                        const auto w = source(ow, g.stride_w, j, g.dilation_w, g.pad_left, g.width);
                        if (h < 0 || w < 0) continue;
                        for_each_channel_pair(
                            g, ((std::uint64_t{n} * g.height + h) * g.width + w) * g.channels,
                            (std::uint64_t{i} * g.kernel_w + j) * g.group_channels() * g.filters,
                            ((std::uint64_t{n} * g.out_h + oh) * g.out_w + ow) * g.filters, visit);
                    }
}

}  // namespace

void conv2d(const Conv2dGeometry& g, In x, In weight, In bias, Out y) {
    check("conv2d", g, x, weight, y);
    if (!bias.empty()) check_size("conv2d", "the bias", bias.size(), g.filters);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias.empty() ? 0.0 : bias[i % g.filters];
    for_each_product(g, [&](auto xi, auto wi, auto yi) { y[yi] += x[xi] * weight[wi]; });
}

void conv2d_input_gradient(const Conv2dGeometry& g, In dy, In weight, Out dx) {
    check("conv2d_input_gradient", g, dx, weight, dy);
    std::fill(dx.begin(), dx.end(), 0.0);
    for_each_product(g, [&](auto xi, auto wi, auto yi) { dx[xi] += dy[yi] * weight[wi]; });
}

void conv2d_weight_gradient(const Conv2dGeometry& g, In x, In dy, Out dweight) {
    check("conv2d_weight_gradient", g, x, dweight, dy);
    std::fill(dweight.begin(), dweight.end(), 0.0);
    for_each_product(g, [&](auto xi, auto wi, auto yi) { dweight[wi] += x[xi] * dy[yi]; });
}

}  // namespace hekla::reference
