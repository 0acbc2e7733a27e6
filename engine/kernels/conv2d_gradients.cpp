#include <algorithm>

#include "kernels/conv2d.h"
#include "kernels/conv2d_shared.h"
#include "kernels/conv2d_weight_rows.h"
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

/// weight [kh, kw, C, O] -> flipped [kh, kw, O, room for C]
reference::StridedCopy flip(const Conv2dGeometry& g, std::uint32_t channels_room) {
    const auto c = static_cast<std::int32_t>(g.channels), o = static_cast<std::int32_t>(g.filters), room = static_cast<std::int32_t>(channels_room);
    const auto kh = static_cast<std::int32_t>(g.kernel_h), kw = static_cast<std::int32_t>(g.kernel_w);
    return {{g.kernel_h, g.kernel_w, g.filters, g.channels},
            {-kw * c * o, -c * o, 1, o},
            {kw * o * room, o * room, room, 1},
            (kh * kw - 1) * c * o,
            0};
}

MatmulGeometry input_gradient_product(const Conv2dGeometry& g) {
    return {.rows = pixels(g), .columns = g.channels, .depth = g.filters, .transpose_b = true};
}
MatmulGeometry weight_gradient_product(const Conv2dGeometry& g) {
    return {.rows = g.channels, .columns = g.filters, .depth = pixels(g), .transpose_a = true};
}

}  // namespace

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
        const Conv2dGeometry turned = gradient_geometry(g_);
        const KernelCall flipped = copy_call(device, flip(g_, g_.channels), g_.weight_elements(), g_.weight_elements(), 1, 3);
        const std::uint64_t with_room = g_.weight_elements() / g_.channels * padded_filters(turned);
        const KernelCall flipped_with_room = copy_call(device, flip(g_, padded_filters(turned)), g_.weight_elements(), with_room, 1, 3);
        std::vector<Implementation> rows = conv2d_rows(device, turned, {}, {0, 3, 0, 2});
        std::vector<Implementation> winograd = winograd_forward(device, turned, {}, {0, 3, 0, 2}, 4);
        if (prefers_winograd(device, turned)) rows.swap(winograd);
        for (Implementation& second : winograd) rows.push_back(std::move(second));
        for (Implementation& forward : rows) {
            forward.calls.insert(forward.calls.begin(), flipped);
            forward.scratch_bytes.insert(forward.scratch_bytes.begin(), g_.weight_elements() * 4);
        }
        for (Implementation& padded : conv2d_padded_filters(device, turned, {}, {0, 1, 0, 2}, 3, flipped_with_room)) rows.push_back(std::move(padded));
        for (Implementation& forward : rows) {
            forward.name = "conv2d input gradient as " + forward.name;
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
    for (Implementation& rows : conv2d_weight_gradient_rows(device, g_, false)) list.push_back(std::move(rows));
    for (Implementation& second : winograd) list.push_back(std::move(second));
    for (Implementation& direct : conv2d_weight_gradient_direct(device, g_, 3)) list.push_back(std::move(direct));
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
