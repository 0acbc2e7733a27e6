#include <algorithm>

#include "kernels/conv2d.h"
#include "kernels/conv2d_shared.h"
#include "kernels/matmul.h"
#include "kernels/pointwise.h"
#include "kernels/winograd.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

/// The input gradient of a convolution with stride 1 is itself a convolution: of dy, with the kernel flipped and its
/// channel axes exchanged, padded so that every window that covers an input is complete.
bool is_convolution(const Conv2dGeometry& g) {
    return g.stride_h == 1 && g.stride_w == 1 && g.groups == 1 && (g.kernel_h - 1) * g.dilation_h >= g.pad_top &&
           (g.kernel_w - 1) * g.dilation_w >= g.pad_left;
}

Conv2dGeometry gradient_geometry(const Conv2dGeometry& g) {
    Conv2dGeometry r = g;
    r.height = g.out_h;
    r.width = g.out_w;
    r.channels = g.filters;
    r.filters = g.channels;
    r.out_h = g.height;
    r.out_w = g.width;
    r.pad_top = (g.kernel_h - 1) * g.dilation_h - g.pad_top;
    r.pad_left = (g.kernel_w - 1) * g.dilation_w - g.pad_left;
    return r;
}

/// weight [kh, kw, C, O] -> flipped [kh, kw, O, C]
reference::StridedCopy flip(const Conv2dGeometry& g) {
    const auto c = static_cast<std::int32_t>(g.channels), o = static_cast<std::int32_t>(g.filters);
    const auto kh = static_cast<std::int32_t>(g.kernel_h), kw = static_cast<std::int32_t>(g.kernel_w);
    return {{g.kernel_h, g.kernel_w, g.filters, g.channels},
            {-kw * c * o, -c * o, 1, o},
            {kw * o * c, o * c, c, 1},
            (kh * kw - 1) * c * o,
            0};
}

MatmulGeometry input_gradient_product(const Conv2dGeometry& g) {
    return {.rows = pixels(g), .columns = g.channels, .depth = g.filters, .transpose_b = true};
}
MatmulGeometry weight_gradient_product(const Conv2dGeometry& g) {
    return {.rows = g.channels, .columns = g.filters, .depth = pixels(g), .transpose_a = true};
}

/// Parts of the sum over output rows (n, oh).
struct RowSplit {
    std::uint32_t splits, rows_per_split;
};
RowSplit split_rows(const DeviceTraits& device, const Conv2dGeometry& g, std::uint64_t invocations) {
    const std::uint64_t rows = std::uint64_t{g.batch} * g.out_h;
    const std::uint64_t wanted = 2 * device.target_invocations / std::max<std::uint64_t>(invocations, 1);
    // Partial results must not grow beyond what one binding may hold.
    const std::uint64_t most = std::max<std::uint64_t>(1, std::min(rows / 2, (16u << 20) / (g.weight_elements() * 4)));
    const std::uint64_t splits = std::clamp<std::uint64_t>(wanted, 1, most);
    const std::uint64_t per_split = (rows + splits - 1) / splits;
    return {static_cast<std::uint32_t>((rows + per_split - 1) / per_split), static_cast<std::uint32_t>(per_split)};
}

template <class S>
Implementation weight_rows(const vulkan::Device& device, const Conv2dGeometry& g, std::uint32_t lanes) {
    const DeviceTraits device_traits = traits(device);
    // All kernel rows at once where one channel at a time leaves registers for them.
    const std::uint32_t tile_h = lanes == 1 && g.kernel_h * g.kernel_w <= 9 ? g.kernel_h : 1;
    const std::uint64_t invocations =
        std::uint64_t{g.filters / 4} * (g.channels / lanes) * ((g.kernel_h + tile_h - 1) / tile_h);
    const RowSplit split = split_rows(device_traits, g, invocations);
    const std::uint32_t reach_h = (g.out_h - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1;
    const std::uint32_t reach_w = g.out_w + g.kernel_w - 1;
    const bool padded = g.pad_left > 0 || g.pad_top > 0 || reach_w > g.width || reach_h > g.height;
    // Results, the window, and what compilers read ahead in a whole turn of it: as much again, with the gradients.
    const std::uint32_t window = tile_h * g.kernel_w * lanes;
    const std::uint32_t registers = 4 * window + window + 2 * window + 4 * g.kernel_w;
    const std::uint32_t turns = registers <= device_traits.registers ? g.kernel_w : 1;
    typename S::Params params{};
    set_geometry(params, g);
    params.splits = split.splits;
    params.rows_per_split = split.rows_per_split;
    Implementation implementation;
    implementation.name = "conv2d weight gradient rows " + std::to_string(tile_h);
    implementation.scratch_bytes = {g.weight_elements() * split.splits * 4};
    implementation.calls.push_back(make_call<S>(
        {.group_size = device_traits.group_size, .tile_h = tile_h, .kernel_w = g.kernel_w, .padded = padded, .turns = turns}, params,
        groups_for(invocations * split.splits, device_traits.group_size), {{0, lanes}, {1, 4}, {3}},
        static_cast<double>(g.multiply_adds())));
    implementation.calls.push_back(combine_splits(device, g.weight_elements(), split.splits, g.filters, {}, 3, 3, 2));
    return implementation;
}

/// Needs one group, stride and dilation 1 along the width, and filters % 4 == 0.
std::vector<Implementation> weight_gradient_rows(const vulkan::Device& device, const Conv2dGeometry& g) {
    std::vector<Implementation> list;
    if (g.groups != 1 || g.stride_w != 1 || g.dilation_w != 1 || g.filters % 4 != 0 || g.kernel_w > 11) return list;
    const std::uint32_t lanes = g.channels % 4 == 0 ? 4 : 1;
    const bool texels = texels_fit(device, g.input_elements(), lanes) && texels_fit(device, g.output_elements(), 4);
    const auto make = [&]<class S>() { return weight_rows<S>(device, g, lanes); };
    if (lanes == 4)
        add_both<shaders::conv2d_weight_gradient_rows_channels4, shaders::conv2d_weight_gradient_rows_channels4_texel>(
            list, device, texels, make);
    else
        add_both<shaders::conv2d_weight_gradient_rows, shaders::conv2d_weight_gradient_rows_texel>(list, device, texels, make);
    return list;
}

}  // namespace

std::vector<Implementation> conv2d_weight_gradient_padded_filters(const vulkan::Device& device, const Conv2dGeometry& g) {
    if (g.groups != 1 || g.filters % 4 == 0) return {};
    Conv2dGeometry padded = g;
    padded.filters = (g.filters + 3) / 4 * 4;
    constexpr std::uint32_t dy = 3, weight = 4;
    const auto taps = static_cast<std::uint32_t>(g.weight_elements() / g.filters);
    std::vector<Implementation> list = weight_gradient_rows(device, padded);
    for (Implementation& rows : list) {
        renumber(rows, std::array<std::uint32_t, 3>{0, dy, weight}, weight + 1);
        rows.name += ", padded filters";
        rows.calls.insert(rows.calls.begin(), copy_columns(device, pixels(g), g.filters, g.filters, padded.filters, 1, dy));
        rows.calls.push_back(copy_columns(device, taps, g.filters, padded.filters, g.filters, weight, 2));
        rows.scratch_bytes.insert(rows.scratch_bytes.begin(), {padded.output_elements() * 4, padded.weight_elements() * 4});
    }
    return list;
}

std::string Conv2dInputGradient::details() const { return padding_text(g_); }
std::string Conv2dInputGradient::name() const { return "conv2d input gradient " + to_string(g_); }

std::vector<Operand> Conv2dInputGradient::operands() const {
    return {{DType::f32, g_.output_elements()}, {DType::f32, g_.weight_elements()},
            {DType::f32, g_.input_elements(), true, false}};
}

std::vector<Implementation> Conv2dInputGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (is_product(g_)) list = as_product(device, input_gradient_product(g_));
    if (is_convolution(g_)) {
        const KernelCall flipped = copy_call(device, flip(g_), g_.weight_elements(), g_.weight_elements(), 1, 3);
        const Conv2dGeometry turned = gradient_geometry(g_);
        std::vector<Implementation> rows = conv2d_rows(device, turned, {}, {0, 3, 0, 2});
        std::vector<Implementation> winograd = winograd_forward(device, turned, {}, {0, 3, 0, 2}, 4);
        if (prefers_winograd(device, turned)) rows.swap(winograd);
        for (Implementation& second : winograd) rows.push_back(std::move(second));
        for (Implementation& padded : conv2d_padded_filters(device, turned, {}, {0, 3, 0, 2}, 4)) rows.push_back(std::move(padded));
        for (Implementation& forward : rows) {
            forward.name = "conv2d input gradient as " + forward.name;
            forward.calls.insert(forward.calls.begin(), flipped);
            forward.scratch_bytes.insert(forward.scratch_bytes.begin(), g_.weight_elements() * 4);
            list.push_back(std::move(forward));
        }
    }
    const bool texels = texels_fit(device, std::max(g_.output_elements(), g_.weight_elements()), 1);
    add_both<shaders::conv2d_input_gradient_direct, shaders::conv2d_input_gradient_direct_texel>(
        list, device, texels, [&]<class S>() {
            typename S::Params params{};
            set_geometry(params, g_);
            return Implementation{"conv2d input gradient direct",
                                  {make_call<S>({.group_size = default_group_size}, params, groups_for(g_.input_elements()),
                                                {{0, 1}, {1, 1}, {2}}, static_cast<double>(g_.multiply_adds()))},
                                  {}};
        });
    conv2d_input_gradient_shared(device, g_).add_to(list);
    return list;
}

std::unique_ptr<Problem> Conv2dInputGradient::small() const {
    return std::make_unique<Conv2dInputGradient>(small_geometry(g_));
}

std::vector<std::unique_ptr<Problem>> Conv2dInputGradient::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list = Problem::small_ones();
    if (!is_product(g_)) return list;
    for (const MatmulGeometry& p : small_geometries(input_gradient_product(g_)))
        list.push_back(std::make_unique<Conv2dInputGradient>(product_geometry(p.rows, p.columns, p.depth)));
    return list;
}

void Conv2dInputGradient::reference(std::vector<std::vector<double>>& operands) const {
    reference::conv2d_input_gradient(g_, operands[0], operands[1], operands[2]);
}

std::string Conv2dWeightGradient::details() const { return padding_text(g_); }
std::string Conv2dWeightGradient::name() const { return "conv2d weight gradient " + to_string(g_); }

std::vector<Operand> Conv2dWeightGradient::operands() const {
    return {{DType::f32, g_.input_elements()}, {DType::f32, g_.output_elements()},
            {DType::f32, g_.weight_elements(), true, false}};
}

std::vector<Implementation> Conv2dWeightGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (is_product(g_)) list = as_product(device, weight_gradient_product(g_));
    std::vector<Implementation> winograd = winograd_weight_gradient(device, g_);
    if (list.empty() && prefers_winograd(device, g_)) list.swap(winograd);
    for (Implementation& rows : weight_gradient_rows(device, g_)) list.push_back(std::move(rows));
    for (Implementation& second : winograd) list.push_back(std::move(second));
    for (Implementation& padded : conv2d_weight_gradient_padded_filters(device, g_)) list.push_back(std::move(padded));
    const bool texels = texels_fit(device, std::max(g_.input_elements(), g_.output_elements()), 1);
    add_both<shaders::conv2d_weight_gradient_direct, shaders::conv2d_weight_gradient_direct_texel>(
        list, device, texels, [&]<class S>() {
            const RowSplit split = split_rows(traits(device), g_, g_.weight_elements());
            typename S::Params params{};
            set_geometry(params, g_);
            params.splits = split.splits;
            params.rows_per_split = split.rows_per_split;
            return Implementation{
                "conv2d weight gradient direct",
                {make_call<S>({.group_size = default_group_size}, params, groups_for(g_.weight_elements() * split.splits),
                              {{0, 1}, {1, 1}, {3}}, static_cast<double>(g_.multiply_adds())),
                 combine_splits(device, g_.weight_elements(), split.splits, g_.filters, {}, 3, 3, 2)},
                {g_.weight_elements() * split.splits * 4}};
        });
    conv2d_weight_gradient_shared(device, g_).add_to(list);
    return list;
}

std::unique_ptr<Problem> Conv2dWeightGradient::small() const {
    return std::make_unique<Conv2dWeightGradient>(small_geometry(g_));
}

std::vector<std::unique_ptr<Problem>> Conv2dWeightGradient::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list = Problem::small_ones();
    if (!is_product(g_)) return list;
    for (const MatmulGeometry& p : small_geometries(weight_gradient_product(g_)))
        list.push_back(std::make_unique<Conv2dWeightGradient>(product_geometry(p.depth, p.rows, p.columns)));
    return list;
}

void Conv2dWeightGradient::reference(std::vector<std::vector<double>>& operands) const {
    reference::conv2d_weight_gradient(g_, operands[0], operands[1], operands[2]);
}

}  // namespace hekla::kernels
