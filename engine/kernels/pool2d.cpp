#include "kernels/pool2d.h"

#include <algorithm>

#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

std::string describe(PoolKind kind, const Pool2dGeometry& g) {
    const auto n = [](std::uint32_t value) { return std::to_string(value); };
    return std::string(kind == PoolKind::maximum ? "max" : "average") + " pool2d " + n(g.batch) + "x" + n(g.height) + "x" +
           n(g.width) + "x" + n(g.channels) + " " + n(g.kernel_h) + "x" + n(g.kernel_w) + " stride " + n(g.stride_h) + "x" +
           n(g.stride_w);
}

template <class Params>
Params params_of(const Pool2dGeometry& g, std::uint32_t components) {
    Params params{};
    params.batch = g.batch;
    params.height = g.height;
    params.width = g.width;
    params.channels = g.channels / components;
    params.out_h = g.out_h;
    params.out_w = g.out_w;
    params.kernel_h = g.kernel_h;
    params.kernel_w = g.kernel_w;
    params.stride_h = g.stride_h;
    params.stride_w = g.stride_w;
    params.pad_top = static_cast<std::int32_t>(g.pad_top);
    params.pad_left = static_cast<std::int32_t>(g.pad_left);
    params.pad_bottom = static_cast<std::int32_t>(g.pad_bottom);
    params.pad_right = static_cast<std::int32_t>(g.pad_right);
    params.count_include_pad = g.count_include_pad;
    return params;
}

double work_of(const Pool2dGeometry& g) {
    return static_cast<double>(g.output_elements()) * g.kernel_h * g.kernel_w + static_cast<double>(g.input_elements());
}

/// Few images and channels; the windows stay.
Pool2dGeometry small_geometry(const Pool2dGeometry& g) {
    Pool2dGeometry small = g;
    small.batch = std::min(g.batch, 2u);
    small.channels = g.channels > 12 ? 8 + g.channels % 4 : g.channels;
    return small;
}

/// Windows within the image: no padding, nothing hanging over the edge.
bool inside(const Pool2dGeometry& g) {
    return g.pad_top == 0 && g.pad_left == 0 && (g.out_h - 1) * g.stride_h + g.kernel_h <= g.height &&
           (g.out_w - 1) * g.stride_w + g.kernel_w <= g.width;
}
constexpr std::uint32_t largest_unrolled_window = 16;

std::uint32_t components_of(const Pool2dGeometry& g) { return g.channels % 4 == 0 ? 4 : 1; }

}  // namespace

namespace {
std::string padding_text(const Pool2dGeometry& g) {
    const auto n = [](std::uint32_t value) { return std::to_string(value); };
    return inside(g) ? std::string() : "padded " + n(g.pad_top) + "x" + n(g.pad_left) + " to " + n(g.out_h) + "x" + n(g.out_w);
}
}  // namespace

std::string Pool2d::details() const { return padding_text(g_); }
std::string Pool2dGradient::details() const { return padding_text(g_); }
std::string Pool2d::name() const { return describe(kind_, g_); }

std::vector<Operand> Pool2d::operands() const {
    return {{DType::f32, g_.input_elements()}, {DType::f32, g_.output_elements(), true, false}};
}

std::vector<Implementation> Pool2d::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint32_t components = components_of(g_);
    const bool texels = texels_fit(device, g_.input_elements(), components);
    if (kind_ == PoolKind::maximum && inside(g_) && g_.kernel_h * g_.kernel_w <= largest_unrolled_window) {
        const auto tiles = [&]<class S>() {
            return Implementation{"max pool2d tiles",
                                  {make_call<S>({.group_size = default_group_size, .kernel_h = g_.kernel_h, .kernel_w = g_.kernel_w},
                                                params_of<typename S::Params>(g_, components),
                                                groups_for(g_.output_elements() / components), {{0, components}, {1}}, work_of(g_))},
                                  {}};
        };
        if (components == 4) add_both<shaders::max_pool2d_tiles_vec4, shaders::max_pool2d_tiles_vec4_texel>(list, device, texels, tiles);
        else add_both<shaders::max_pool2d_tiles, shaders::max_pool2d_tiles_texel>(list, device, texels, tiles);
    }
    const auto make = [&]<class S>() {
        return Implementation{"pool2d",
                              {make_call<S>({.group_size = default_group_size, .kind = static_cast<std::uint32_t>(kind_)},
                                            params_of<typename S::Params>(g_, components),
                                            groups_for(g_.output_elements() / components), {{0, components}, {1}}, work_of(g_))},
                              {}};
    };
    if (components == 4) add_both<shaders::pool2d_vec4, shaders::pool2d_vec4_texel>(list, device, texels, make);
    else add_both<shaders::pool2d, shaders::pool2d_texel>(list, device, texels, make);
    return list;
}

std::unique_ptr<Problem> Pool2d::small() const { return std::make_unique<Pool2d>(kind_, small_geometry(g_)); }

void Pool2d::reference(std::vector<std::vector<double>>& operands) const {
    if (kind_ == PoolKind::maximum) reference::max_pool2d(g_, operands[0], operands[1]);
    else reference::average_pool2d(g_, operands[0], operands[1]);
}

std::string Pool2dGradient::name() const {
    const std::string name = describe(kind_, g_) + " gradient";
    return relu_ ? name + " through relu" : name;
}

std::vector<Operand> Pool2dGradient::operands() const {
    if (kind_ == PoolKind::average) return {{DType::f32, g_.output_elements()}, {DType::f32, g_.input_elements(), true, false}};
    return {{DType::f32, g_.input_elements()}, {DType::f32, g_.output_elements()},
            {DType::f32, g_.input_elements(), true, false}};
}

/// One window per invocation, where windows neither overlap, nor leave gaps, nor reach into padding.
void Pool2dGradient::add_tiles(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const bool tiles = g_.stride_h == g_.kernel_h && g_.stride_w == g_.kernel_w && inside(g_);
    if (!tiles || g_.kernel_h * g_.kernel_w > largest_unrolled_window) return;
    const std::uint32_t components = components_of(g_);
    const std::uint64_t windows = std::uint64_t{g_.batch} * ((g_.height + g_.kernel_h - 1) / g_.kernel_h) *
                                  ((g_.width + g_.kernel_w - 1) / g_.kernel_w) * (g_.channels / components);
    const auto make = [&]<class S>() {
        return Implementation{
            "max pool2d gradient tiles",
            {make_call<S>({.group_size = default_group_size, .kernel_h = g_.kernel_h, .kernel_w = g_.kernel_w, .relu = relu_},
                          params_of<typename S::Params>(g_, components), groups_for(windows),
                          {{0, components}, {1, components}, {2}}, work_of(g_))},
            {},
            {0}};
    };
    if (components == 4)
        add_both<shaders::max_pool2d_gradient_tiles_vec4, shaders::max_pool2d_gradient_tiles_vec4_texel>(
            list, device, texels_fit(device, g_.input_elements(), 4), make);
    else
        list.push_back(make.operator()<shaders::max_pool2d_gradient_tiles>());
}

std::vector<Implementation> Pool2dGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint32_t components = components_of(g_);
    const auto groups = groups_for(g_.input_elements() / components);
    if (kind_ == PoolKind::average) {
        const auto make = [&]<class S>() {
            return Implementation{"average pool2d gradient",
                                  {make_call<S>({.group_size = default_group_size}, params_of<typename S::Params>(g_, components),
                                                groups, {{0}, {1}}, work_of(g_))},
                                  {}};
        };
        list.push_back(components == 4 ? make.operator()<shaders::average_pool2d_gradient_vec4>()
                                       : make.operator()<shaders::average_pool2d_gradient>());
        return list;
    }
    add_tiles(list, device);
    const auto make = [&]<class S>() {
        return Implementation{"max pool2d gradient",
                              {make_call<S>({.group_size = default_group_size, .relu = relu_}, params_of<typename S::Params>(g_, components), groups, {{0}, {1}, {2}}, work_of(g_) * g_.kernel_h * g_.kernel_w)},
                              {}};
    };
    list.push_back(components == 4 ? make.operator()<shaders::max_pool2d_gradient_vec4>()
                                   : make.operator()<shaders::max_pool2d_gradient>());
    return list;
}

std::unique_ptr<Problem> Pool2dGradient::small() const {
    return std::make_unique<Pool2dGradient>(kind_, small_geometry(g_), relu_);
}

void Pool2dGradient::reference(std::vector<std::vector<double>>& operands) const {
    if (kind_ == PoolKind::average) {
        reference::average_pool2d_gradient(g_, operands[0], operands[1]);
        return;
    }
    reference::max_pool2d_gradient(g_, operands[0], operands[1], operands[2]);
    if (!relu_) return;
    for (std::size_t i = 0; i < operands[2].size(); ++i)
        if (!(operands[0][i] > 0)) operands[2][i] = 0;
}

}  // namespace hekla::kernels
