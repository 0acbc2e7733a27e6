#include "kernels/conv2d_weight_rows.h"

#include <algorithm>

#include "kernels/matmul.h"
#include "kernels/winograd.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

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

/// Rows of the weight matrix, [rows, filters].
std::uint32_t weight_rows_of(const Conv2dGeometry& g) { return static_cast<std::uint32_t>(g.weight_elements() / g.filters); }

/// Adds up the parts in `from`, whose rows have room for a multiple of four filters.
KernelCall combine_weights(const vulkan::Device& device, const Conv2dGeometry& g, std::uint32_t splits, bool bias, std::uint32_t from) {
    const std::uint64_t elements = g.weight_elements() + (bias ? g.filters : 0);
    const std::uint32_t weights = weight_rows_of(g), room = padded_filters(g);
    const auto make = [&]<class S>() {
        return make_call<S>({.group_size = default_group_size, .has_bias = bias},
                            {.weights = weights, .filters = g.filters, .row = room, .splits = splits}, groups_for(elements),
                            {{from, 1}, {2}, {bias ? 3u : 2u}}, static_cast<double>(elements * (splits + 1)));
    };
    const bool texel = traits(device).prefer_texel_buffers && texels_fit(device, std::uint64_t{weights + bias} * room * splits, 1);
    return texel ? make.operator()<shaders::combine_weights_texel>() : make.operator()<shaders::combine_weights>();
}

template <class S>
Implementation weight_rows(const vulkan::Device& device, const Conv2dGeometry& g, std::uint32_t lanes, bool bias) {
    const DeviceTraits device_traits = traits(device);
    // All kernel rows at once where one channel at a time leaves registers for them.
    const std::uint32_t tile_h = lanes == 1 && g.kernel_h * g.kernel_w <= 9 ? g.kernel_h : 1, room = padded_filters(g);
    const std::uint64_t invocations = std::uint64_t{room / 4} * (g.channels / lanes) * ((g.kernel_h + tile_h - 1) / tile_h);
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
    const std::uint32_t scratch = bias ? 4 : 3;
    Implementation implementation;
    implementation.name = "conv2d weight gradient rows " + std::to_string(tile_h);
    implementation.scratch_bytes = {std::uint64_t{weight_rows_of(g) + bias} * room * split.splits * 4};
    implementation.calls.push_back(make_call<S>(
        {.group_size = device_traits.group_size, .tile_h = tile_h, .kernel_w = g.kernel_w, .padded = padded, .turns = turns, .has_bias = bias},
        params, groups_for(invocations * split.splits, device_traits.group_size), {{0, lanes}, {1, g.filters % 4 == 0 ? 4u : 1u}, {scratch}},
        static_cast<double>(g.multiply_adds())));
    implementation.calls.push_back(combine_weights(device, g, split.splits, bias, scratch));
    return implementation;
}

}  // namespace

std::vector<Implementation> conv2d_weight_gradient_rows(const vulkan::Device& device, const Conv2dGeometry& g, bool bias) {
    std::vector<Implementation> list;
    if (g.groups != 1 || g.stride_w != 1 || g.dilation_w != 1 || g.kernel_w > 11) return list;
    const std::uint32_t lanes = g.channels % 4 == 0 ? 4 : 1, filters = g.filters % 4 == 0 ? 4 : 1;
    const bool texels = texels_fit(device, g.input_elements(), lanes) && texels_fit(device, g.output_elements(), filters);
    const auto make = [&]<class S>() { return weight_rows<S>(device, g, lanes, bias); };
    using namespace shaders;
    if (filters == 4 && lanes == 4)
        add_both<conv2d_weight_gradient_rows_channels4, conv2d_weight_gradient_rows_channels4_texel>(list, device, texels, make);
    else if (filters == 4)
        add_both<shaders::conv2d_weight_gradient_rows, conv2d_weight_gradient_rows_texel>(list, device, texels, make);
    else if (lanes == 4)
        add_both<conv2d_weight_gradient_rows_any_channels4, conv2d_weight_gradient_rows_any_channels4_texel>(list, device, texels, make);
    else
        add_both<conv2d_weight_gradient_rows_any, conv2d_weight_gradient_rows_any_texel>(list, device, texels, make);
    return list;
}

std::vector<Implementation> conv2d_weight_gradient_direct(const vulkan::Device& device, const Conv2dGeometry& g, std::uint32_t scratch) {
    std::vector<Implementation> list;
    const bool texels = texels_fit(device, std::max(g.input_elements(), g.output_elements()), 1);
    add_both<shaders::conv2d_weight_gradient_direct, shaders::conv2d_weight_gradient_direct_texel>(
        list, device, texels, [&]<class S>() {
            const RowSplit split = split_rows(traits(device), g, g.weight_elements());
            typename S::Params params{};
            set_geometry(params, g);
            params.splits = split.splits;
            params.rows_per_split = split.rows_per_split;
            return Implementation{
                "conv2d weight gradient direct",
                {make_call<S>({.group_size = default_group_size}, params, groups_for(g.weight_elements() * split.splits),
                              {{0, 1}, {1, 1}, {scratch}}, static_cast<double>(g.multiply_adds())),
                 combine_splits(device, g.weight_elements(), split.splits, g.filters, {}, scratch, scratch, 2)},
                {g.weight_elements() * split.splits * 4}};
        });
    return list;
}

bool Conv2dWeightAndBiasGradient::pays(const vulkan::Device& device, const Conv2dGeometry& g) {
    const bool winograd = prefers_winograd(device, g) && !winograd_weight_gradient(device, g).empty();
    return traits(device).cpu && !is_product(g) && !winograd && !conv2d_weight_gradient_rows(device, g, true).empty();
}

std::string Conv2dWeightAndBiasGradient::name() const { return "conv2d weight and bias gradient " + to_string(g_); }
std::string Conv2dWeightAndBiasGradient::details() const { return padding_text(g_); }

std::vector<Operand> Conv2dWeightAndBiasGradient::operands() const {
    std::vector<Operand> list = Conv2dWeightGradient(g_).operands();
    list.push_back({DType::f32, g_.filters, true, false});
    return list;
}

std::vector<Implementation> Conv2dWeightAndBiasGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list = conv2d_weight_gradient_rows(device, g_, true);
    for (Implementation& direct : conv2d_weight_gradient_direct(device, g_, 4)) {
        direct.calls.push_back(combine_splits(device, g_.filters, pixels(g_), g_.filters, {}, 1, 1, 3));
        list.push_back(std::move(direct));
    }
    return list;
}

std::unique_ptr<Problem> Conv2dWeightAndBiasGradient::small() const {
    return std::make_unique<Conv2dWeightAndBiasGradient>(small_geometry(g_));
}

void Conv2dWeightAndBiasGradient::reference(std::vector<std::vector<double>>& operands) const {
    reference::conv2d_weight_gradient(g_, operands[0], operands[1], operands[2]);
    reference::reduce(reference::Reduction::sum, 1, pixels(g_), g_.filters, operands[1], operands[3]);
}

}  // namespace hekla::kernels
