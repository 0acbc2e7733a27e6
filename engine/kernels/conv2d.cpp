#include "kernels/conv2d.h"

#include <algorithm>

#include "kernels/conv2d_shared.h"
#include "kernels/matmul.h"
#include "kernels/pointwise.h"
#include "kernels/winograd.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {

std::string to_string(const Conv2dGeometry& g) {
    const auto n = [](std::uint32_t value) { return std::to_string(value); };
    std::string text = n(g.batch) + "x" + n(g.height) + "x" + n(g.width) + "x" + n(g.channels) + " " + n(g.kernel_h) + "x" +
                       n(g.kernel_w) + "x" + n(g.group_channels()) + "x" + n(g.filters);
    if (g.stride_h != 1 || g.stride_w != 1) text += " stride " + n(g.stride_h) + "x" + n(g.stride_w);
    if (g.dilation_h != 1 || g.dilation_w != 1) text += " dilation " + n(g.dilation_h) + "x" + n(g.dilation_w);
    if (g.groups != 1) text += " groups " + n(g.groups);
    return text;
}

std::string padding_text(const Conv2dGeometry& g) {
    const bool plain = g.pad_top == 0 && g.pad_left == 0 && g.out_h == (g.height - (g.kernel_h - 1) * g.dilation_h - 1) / g.stride_h + 1 &&
                       g.out_w == (g.width - (g.kernel_w - 1) * g.dilation_w - 1) / g.stride_w + 1;
    const auto n = [](std::uint32_t value) { return std::to_string(value); };
    return plain ? std::string() : "padded " + n(g.pad_top) + "x" + n(g.pad_left) + " to " + n(g.out_h) + "x" + n(g.out_w);
}

Conv2dGeometry small_geometry(const Conv2dGeometry& g) {
    Conv2dGeometry small = g;
    small.batch = std::min(g.batch, 2u);
    // At most three output rows; the bottom padding goes with the rows.
    small.out_h = std::min(g.out_h, 3u);
    const std::uint32_t reach = (small.out_h - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1;
    if (small.out_h < g.out_h && reach > g.pad_top) small.height = std::min(g.height, reach - g.pad_top);
    // Modulo 8: the products inside Winograd's convolutions tell these depths apart.
    const auto shrink = [](std::uint32_t count) { return count > 16 ? 8 + count % 8 : count; };
    if (g.groups == 1) {
        small.channels = shrink(g.channels);
        small.filters = shrink(g.filters);
    } else {
        small.groups = std::min(g.groups, 3u);
        small.channels = small.groups * g.group_channels();
        small.filters = small.groups * g.group_filters();
    }
    return small;
}

bool is_product(const Conv2dGeometry& g) {
    return g.kernel_h == 1 && g.kernel_w == 1 && g.groups == 1 && g.stride_h == 1 && g.stride_w == 1 && g.pad_top == 0 &&
           g.pad_left == 0 && g.out_h == g.height && g.out_w == g.width;
}

Conv2dGeometry product_geometry(std::uint32_t pixels, std::uint32_t channels, std::uint32_t filters) {
    return {.batch = 1, .height = 1, .width = pixels, .channels = channels, .filters = filters, .out_h = 1, .out_w = pixels};
}

std::vector<Implementation> as_product(const vulkan::Device& device, const MatmulGeometry& product, const Epilogue& epilogue) {
    std::vector<Implementation> list = Matmul(product, epilogue).implementations(device);
    for (Implementation& implementation : list) implementation.name = "conv2d as " + implementation.name;
    return list;
}

namespace {

/// Output pixels per invocation: the width that wastes least, larger ones first.
std::uint32_t best_tile_w(std::uint32_t out_w, std::uint32_t largest) {
    std::uint32_t best = 1, best_waste = ~0u;
    for (std::uint32_t tile = std::min(largest, out_w); tile >= 1; --tile) {
        const std::uint32_t waste = (out_w + tile - 1) / tile * tile - out_w;
        // A smaller tile must save more than a tenth to be worth its extra loads.
        if (best_waste == ~0u || waste * 10 + out_w < best_waste * 10) {
            best = tile;
            best_waste = waste;
        }
        if (tile * 2 <= largest) break;
    }
    return best;
}

/// Input pixels from the first window's beginning to the last one's end.
std::uint32_t reach_w(const Conv2dGeometry& g) {
    return (g.out_w - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w + 1;
}

std::uint32_t reach_h(const Conv2dGeometry& g) {
    return (g.out_h - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1;
}

/// The widest tile whose results, input row (with its addresses) and kernel row fit into the registers.
std::uint32_t largest_tile_w(const DeviceTraits& device, const Conv2dGeometry& g, std::uint32_t components) {
    const auto registers = [&](std::uint32_t tile_w) {
        const std::uint32_t row = (tile_w - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w + 1;
        return 4 * tile_w + (components + 1) * row + 4 * g.kernel_w;
    };
    std::uint32_t tile_w = device.cpu ? 14 : 7;
    while (tile_w > 1 && registers(tile_w) > device.registers) --tile_w;
    return tile_w;
}

/// Outputs per invocation where rows are read as vec4s of numbers, whatever pixels they are of; 0 where they can't be. All
/// taps of all outputs are written out: so many outputs that they are some hundred.
std::uint32_t tile_w_of_numbers(const DeviceTraits& device, const Conv2dGeometry& g) {
    const std::uint32_t taps = g.kernel_h * g.kernel_w * g.channels;
    if (!device.cpu || g.channels > 3 || g.width * g.channels % 4 != 0 || taps > 75) return 0;
    return std::min((g.out_w + 3) / 4 * 4, taps > 27 ? 8u : 16u);
}

template <class S>
Implementation rows_implementation(const DeviceTraits& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                                   const RowsOperands& at, std::uint32_t tile_w, std::uint32_t components) {
    typename S::Params params{};
    set_geometry(params, g);
    params.activation_parameter = epilogue.parameter;
    const std::uint64_t invocations = std::uint64_t{(g.filters + 3) / 4} * ((g.out_w + tile_w - 1) / tile_w) * g.out_h * g.batch;
    typename S::Constants constants{.group_size = device.group_size, .tile_w = tile_w, .kernel_w = g.kernel_w, .stride_w = g.stride_w,
                                    .dilation_w = g.dilation_w, .padded = g.pad_left > 0 || reach_w(g) > g.pad_left + g.width,
                                    .has_bias = epilogue.bias, .activation = epilogue.activation};
    std::string name = "conv2d rows ";
    if constexpr (requires { constants.kernel_h; }) {
        name = "conv2d rows of numbers ";
        constants.kernel_h = g.kernel_h;
        constants.channels = g.channels;
        constants.pad_left = g.pad_left;
        constants.padded |= static_cast<std::uint32_t>(g.pad_top > 0 || reach_h(g) > g.pad_top + g.height);
    }
    return {name + std::to_string(tile_w),
            {make_call<S>(constants, params, groups_for(invocations, device.group_size),
                          {{at.x, components}, {at.weight, 4}, {epilogue.bias ? at.bias : at.weight, 4}, {at.y}},
                          static_cast<double>(g.multiply_adds()))},
            {}};
}

/// The shaders of filters in whole vec4s, and of any number of them (its weights have room for whole vec4s).
struct RowsShaders {
    using numbers = shaders::conv2d_rows;
    using numbers_texel = shaders::conv2d_rows_texel;
    using channels4 = shaders::conv2d_rows_channels4;
    using channels4_texel = shaders::conv2d_rows_channels4_texel;
    using pixels4 = shaders::conv2d_rows_pixels4;
    using pixels4_texel = shaders::conv2d_rows_pixels4_texel;
};
struct AnyRowsShaders {
    using numbers = shaders::conv2d_rows_any;
    using numbers_texel = shaders::conv2d_rows_any_texel;
    using channels4 = shaders::conv2d_rows_any_channels4;
    using channels4_texel = shaders::conv2d_rows_any_channels4_texel;
    using pixels4 = shaders::conv2d_rows_any_pixels4;
    using pixels4_texel = shaders::conv2d_rows_any_pixels4_texel;
};

template <class Shaders>
std::vector<Implementation> rows_of(const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue, const RowsOperands& at) {
    std::vector<Implementation> list;
    const DeviceTraits device_traits = traits(device);
    // The registers of a tile: its outputs and one input row. Wide strides and kernels would not fit.
    const std::uint32_t row_extra = (g.kernel_w - 1) * g.dilation_w;
    if (g.groups != 1 || row_extra > 16 || g.stride_w > 4) return list;
    const std::uint32_t components = g.channels % 4 == 0 ? 4 : 1;
    const std::uint32_t tile_w = best_tile_w(g.out_w, largest_tile_w(device_traits, g, components));
    const bool texels = texels_fit(device, g.input_elements(), components) && texels_fit(device, g.weight_elements(), 4);
    const auto make = [&]<class S>() { return rows_implementation<S>(device_traits, g, epilogue, at, tile_w, components); };
    if (const std::uint32_t wide = tile_w_of_numbers(device_traits, g); wide > 0) {
        add_both<typename Shaders::pixels4, typename Shaders::pixels4_texel>(
            list, device, texels, [&]<class S>() { return rows_implementation<S>(device_traits, g, epilogue, at, wide, 4); });
    }
    if (components == 4) add_both<typename Shaders::channels4, typename Shaders::channels4_texel>(list, device, texels, make);
    else add_both<typename Shaders::numbers, typename Shaders::numbers_texel>(list, device, texels, make);
    return list;
}

}  // namespace

std::vector<Implementation> conv2d_rows(const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                                        const RowsOperands& at) {
    return g.filters % 4 == 0 ? rows_of<RowsShaders>(device, g, epilogue, at) : std::vector<Implementation>();
}

std::vector<Implementation> conv2d_padded_filters(const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                                                  const RowsOperands& at, std::uint32_t first_scratch, const KernelCall& copy) {
    if (g.filters % 4 == 0) return {};
    std::vector<Implementation> list = rows_of<AnyRowsShaders>(device, g, epilogue, {at.x, first_scratch, at.bias, at.y});
    for (Implementation& rows : list) {
        rows.name += ", padded filters";
        rows.calls.insert(rows.calls.begin(), copy);
        rows.scratch_bytes = {g.weight_elements() / g.filters * padded_filters(g) * 4};
    }
    return list;
}

namespace {
MatmulGeometry forward_product(const Conv2dGeometry& g) { return {.rows = pixels(g), .columns = g.filters, .depth = g.channels}; }
}  // namespace

std::string Conv2dForward::details() const { return padding_text(g_); }
std::string Conv2dForward::name() const { return "conv2d " + to_string(g_) + epilogue_.suffix(); }

std::vector<Operand> Conv2dForward::operands() const {
    std::vector<Operand> list = {{DType::f32, g_.input_elements()}, {DType::f32, g_.weight_elements()}};
    if (epilogue_.bias) list.push_back({DType::f32, g_.filters});
    list.push_back({DType::f32, g_.output_elements(), true, false});
    return list;
}

std::vector<Implementation> Conv2dForward::implementations(const vulkan::Device& device) const {
    const std::uint32_t bias = epilogue_.bias ? 2 : 0, y = epilogue_.bias ? 3 : 2;
    std::vector<Implementation> list;
    if (is_product(g_)) list = as_product(device, forward_product(g_), epilogue_);
    std::vector<Implementation> rows = conv2d_rows(device, g_, epilogue_, {0, 1, bias, y});
    std::vector<Implementation> winograd = winograd_forward(device, g_, epilogue_, {0, 1, bias, y}, y + 1);
    if (prefers_winograd(device, g_)) rows.swap(winograd);
    for (Implementation& first : rows) list.push_back(std::move(first));
    for (Implementation& second : winograd) list.push_back(std::move(second));
    const auto taps = static_cast<std::uint32_t>(g_.weight_elements() / g_.filters);
    const KernelCall with_room = copy_columns(device, taps, g_.filters, g_.filters, padded_filters(g_), 1, y + 1);
    for (Implementation& padded : conv2d_padded_filters(device, g_, epilogue_, {0, 1, bias, y}, y + 1, with_room)) list.push_back(std::move(padded));
    const bool texels = texels_fit(device, std::max(g_.input_elements(), g_.weight_elements()), 1);
    add_both<shaders::conv2d_direct, shaders::conv2d_direct_texel>(list, device, texels, [&]<class S>() {
        typename S::Params params{};
        set_geometry(params, g_);
        params.activation_parameter = epilogue_.parameter;
        return Implementation{"conv2d direct",
                              {make_call<S>({.group_size = default_group_size, .has_bias = epilogue_.bias,
                                             .activation = epilogue_.activation},
                                            params, groups_for(g_.output_elements()), {{0, 1}, {1, 1}, {bias, 1}, {y}},
                                            static_cast<double>(g_.multiply_adds()))},
                              {}};
    });
    conv2d_shared(device, g_, epilogue_, {0, 1, bias, y}, y + 1).add_to(list);
    return list;
}

std::unique_ptr<Problem> Conv2dForward::small() const {
    return std::make_unique<Conv2dForward>(small_geometry(g_), epilogue_);
}

std::vector<std::unique_ptr<Problem>> Conv2dForward::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list = Problem::small_ones();
    if (!is_product(g_)) return list;
    for (const MatmulGeometry& p : small_geometries(forward_product(g_)))
        list.push_back(std::make_unique<Conv2dForward>(product_geometry(p.rows, p.depth, p.columns), epilogue_));
    return list;
}

void Conv2dForward::reference(std::vector<std::vector<double>>& operands) const {
    const reference::In bias = epilogue_.bias ? reference::In(operands[2]) : reference::In();
    reference::conv2d(g_, operands[0], operands[1], bias, operands.back());
    epilogue_.apply(operands.back());
}

}  // namespace hekla::kernels
