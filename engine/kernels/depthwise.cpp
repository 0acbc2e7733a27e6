#include "kernels/depthwise.h"

#include <algorithm>

#include "shaders.h"

namespace hekla::kernels {
namespace {

Conv2dGeometry small_depthwise(const Conv2dGeometry& g) {
    Conv2dGeometry small = small_geometry(g);
    small.channels = small.filters = small.groups = g.channels > 12 ? 8 : g.channels;
    return small;
}

void append(std::vector<Implementation>& list, std::vector<Implementation> more) {
    for (Implementation& implementation : more) list.push_back(std::move(implementation));
}

/// Outputs of a row that one invocation makes: as many as fit the registers with the pixels they need.
std::uint32_t tile_of(const DeviceTraits& device, const Conv2dGeometry& g) {
    const auto registers = [&](std::uint32_t tile) { return 4 * (tile + (tile - 1) * g.stride_w + (g.kernel_w - 1) * g.dilation_w + 1) + 8; };
    std::uint32_t tile = std::min(g.out_w, device.cpu ? 8u : 4u);
    while (tile > 1 && registers(tile) > device.registers) --tile;
    return tile;
}

/// Longer rows would not fit any registers.
bool row_fits(const Conv2dGeometry& g) { return (g.kernel_w - 1) * g.dilation_w <= 16 && g.stride_w <= 4; }

std::uint32_t splits_of(const DeviceTraits& device, const Conv2dGeometry& g, std::uint64_t invocations) {
    const std::uint64_t rows = std::uint64_t{g.batch} * g.out_h, wanted = 2 * device.target_invocations / std::max<std::uint64_t>(invocations, 1);
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 1, std::clamp<std::uint64_t>(rows / 4, 1, 256)));
}

}  // namespace

bool is_depthwise(const Conv2dGeometry& g) { return g.groups == g.channels && g.filters == g.channels && g.channels % 4 == 0; }

std::vector<Implementation> DepthwiseForward::implementations(const vulkan::Device& device) const {
    const std::uint32_t bias = epilogue_.bias ? 2 : 0, y = epilogue_.bias ? 3 : 2;
    std::vector<Implementation> list;
    const std::uint32_t tile = tile_of(traits(device), g_);
    const bool texels = texels_fit(device, std::max(g_.input_elements(), g_.weight_elements()), 4);
    if (row_fits(g_))
        add_both<shaders::depthwise, shaders::depthwise_texel>(list, device, texels, [&]<class S>() {
            typename S::Params params{};
            set_geometry(params, g_);
            params.activation_parameter = epilogue_.parameter;
            const std::uint64_t invocations = std::uint64_t{g_.channels / 4} * ((g_.out_w + tile - 1) / tile) * g_.out_h * g_.batch;
            return Implementation{"depthwise " + std::to_string(tile),
                                  {make_call<S>({.group_size = default_group_size, .tile_w = tile, .kernel_w = g_.kernel_w, .stride_w = g_.stride_w,
                                                 .dilation_w = g_.dilation_w, .has_bias = epilogue_.bias, .activation = epilogue_.activation},
                                                params, groups_for(invocations), {{0, 4}, {1, 4}, {bias, 4}, {y}},
                                                static_cast<double>(g_.multiply_adds()))},
                                  {}};
        });
    append(list, general_.implementations(device));
    return list;
}
std::unique_ptr<Problem> DepthwiseForward::small() const { return std::make_unique<DepthwiseForward>(small_depthwise(g_), epilogue_); }

std::vector<Implementation> DepthwiseInputGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const bool texels = texels_fit(device, std::max(g_.output_elements(), g_.weight_elements()), 4);
    add_both<shaders::depthwise_input_gradient, shaders::depthwise_input_gradient_texel>(list, device, texels, [&]<class S>() {
        typename S::Params params{};
        set_geometry(params, g_);
        return Implementation{"depthwise input gradient",
                              {make_call<S>({.group_size = default_group_size}, params, groups_for(g_.input_elements() / 4), {{0, 4}, {1, 4}, {2}},
                                            static_cast<double>(g_.input_elements()) * g_.kernel_h * g_.kernel_w)},
                              {}};
    });
    append(list, general_.implementations(device));
    return list;
}
std::unique_ptr<Problem> DepthwiseInputGradient::small() const { return std::make_unique<DepthwiseInputGradient>(small_depthwise(g_)); }

std::vector<Implementation> DepthwiseWeightGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint32_t vectors = g_.channels / 4, rows = g_.batch * g_.out_h;
    const std::uint32_t splits = splits_of(traits(device), g_, std::uint64_t{vectors} * g_.kernel_h);
    const bool texels = texels_fit(device, std::max(g_.input_elements(), g_.output_elements()), 4);
    if (row_fits(g_))
        add_both<shaders::depthwise_weight_gradient, shaders::depthwise_weight_gradient_texel>(list, device, texels, [&]<class S>() {
            typename S::Params params{};
            set_geometry(params, g_);
            params.splits = splits;
            params.rows_per_split = (rows + splits - 1) / splits;
            const KernelCall first = make_call<S>({.group_size = default_group_size, .kernel_w = g_.kernel_w}, params,
                                                  groups_for(std::uint64_t{vectors} * g_.kernel_h * splits), {{0, 4}, {1, 4}, {3}},
                                                  static_cast<double>(g_.multiply_adds()));
            const KernelCall fold = make_call<shaders::reduce_vec4>(
                {.group_size = default_group_size, .kind = 0},
                {.outer = 1, .depth = splits, .inner = static_cast<std::uint32_t>(g_.weight_elements() / 4), .chunks = 1, .factor = 1},
                groups_for(g_.weight_elements() / 4), {{3}, {2}}, static_cast<double>(g_.weight_elements()) * splits);
            return Implementation{"depthwise weight gradient", {first, fold}, {g_.weight_elements() * splits * 4}};
        });
    append(list, general_.implementations(device));
    return list;
}
std::unique_ptr<Problem> DepthwiseWeightGradient::small() const { return std::make_unique<DepthwiseWeightGradient>(small_depthwise(g_)); }

}  // namespace hekla::kernels
