#include "kernels/conv2d_shared.h"

#include <algorithm>
#include <numeric>

#include "kernels/matmul.h"
#include "kernels/pointwise.h"
#include "kernels/shared_tiles.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

// What partial sums of one result may take: within every device's binding.
constexpr std::uint64_t most_partial_bytes = 16u << 20;

/// A product whose left operand is gathered: the push constants of shaders/conv2d_shared.comp, by their names, in elements.
struct Gather {
    std::uint32_t rows, columns, depth;
    std::uint32_t batch, height, width, channels, out_h, out_w, kernel_w;
    std::uint32_t stride_h = 1, stride_w = 1;
    std::int32_t dilation_h = 1, dilation_w = 1, first_h = 0, first_w = 0;
    std::uint32_t b_offset = 0;
    bool scattered = false;
    std::uint32_t result_first = 0, result_image = 0, result_h = 0, result_w = 0;

    std::uint64_t x_elements() const { return std::uint64_t{batch} * height * width * channels; }
};

Gather forward_gather(const Conv2dGeometry& g) {
    return {.rows = pixels(g), .columns = g.filters, .depth = taps(g) * g.channels, .batch = g.batch, .height = g.height,
            .width = g.width, .channels = g.channels, .out_h = g.out_h, .out_w = g.out_w, .kernel_w = g.kernel_w,
            .stride_h = g.stride_h, .stride_w = g.stride_w, .dilation_h = static_cast<std::int32_t>(g.dilation_h),
            .dilation_w = static_cast<std::int32_t>(g.dilation_w), .first_h = -static_cast<std::int32_t>(g.pad_top),
            .first_w = -static_cast<std::int32_t>(g.pad_left)};
}

Gather weight_gather(const Conv2dGeometry& g) {
    Gather gather = forward_gather(g);
    std::swap(gather.rows, gather.depth);
    return gather;
}

struct Widths {
    std::uint32_t x, b;  // numbers read at once
};
Widths widths_of(const Gather& g) {
    const std::uint32_t b = g.columns % 4 == 0 ? 4 : 1;
    return {b == 4 && g.channels % 4 == 0 ? 4u : 1u, b};
}

SharedProduct product_of(const Gather& g, bool depth_first) {
    const Widths widths = widths_of(g);
    const SharedRead left = widths.x == 1 ? SharedRead::single : depth_first ? SharedRead::depth4 : SharedRead::lines4;
    return {.rows = g.rows, .columns = g.columns, .depth = g.depth, .batch = 1, .left = left,
            .right = widths.b == 1 ? SharedRead::single : SharedRead::lines4, .gathered = true};
}

Split split_of(const vulkan::Device& device, const Gather& g, const SharedTile& tile) {
    Split split = split_depth(traits(device), shared_groups(tile, g.rows, g.columns, 1) * tile.group_size(), g.depth, tile.k);
    const std::uint64_t most = std::max<std::uint64_t>(1, most_partial_bytes / (std::uint64_t{g.rows} * g.columns * 4));
    if (split.splits <= most) return split;
    const auto per_split = static_cast<std::uint32_t>(((g.depth + most - 1) / most + tile.k - 1) / tile.k * tile.k);
    return {(g.depth + per_split - 1) / per_split, per_split};
}

template <class S>
KernelCall gather_call(const Gather& g, const SharedTile& tile, const Split& split, const Epilogue& epilogue, const RowsOperands& at) {
    const Widths widths = widths_of(g);
    return make_call<S>(
        {.group_size = tile.group_size(), .tile_m = tile.m, .tile_n = tile.n, .tile_k = tile.k, .lane_m = tile.lane_m, .lane_n = tile.lane_n,
         .buffers = tile.buffers, .has_bias = epilogue.bias, .activation = epilogue.activation, .scattered = g.scattered},
        {.rows = g.rows, .columns = g.columns, .depth = g.depth, .splits = split.splits, .depth_per_split = split.depth_per_split,
         .height = g.height, .width = g.width, .channels = g.channels / widths.x, .out_h = g.out_h, .out_w = g.out_w,
         .kernel_w = g.kernel_w, .stride_h = g.stride_h, .stride_w = g.stride_w, .dilation_h = g.dilation_h,
         .dilation_w = g.dilation_w, .first_h = g.first_h, .first_w = g.first_w, .b_offset = g.b_offset / widths.b,
         .result_first = g.result_first, .result_image = g.result_image, .result_h = g.result_h, .result_w = g.result_w,
         .activation_parameter = epilogue.parameter},
        groups_for(shared_groups(tile, g.rows, g.columns, 1) * split.splits, 1),
        {{at.x, widths.x}, {at.weight, widths.b}, {epilogue.bias ? at.bias : at.weight, widths.b}, {at.y}},
        static_cast<double>(g.rows) * g.columns * g.depth);
}

/// Adds what make.operator()<Shader>() gives for the shaders that read as widely as the sizes allow, of those of a direction.
struct ForwardShaders {
    using single = shaders::conv2d_shared;
    using single_texel = shaders::conv2d_shared_texel;
    using filters4 = shaders::conv2d_shared_filters4;
    using filters4_texel = shaders::conv2d_shared_filters4_texel;
    using channels4 = shaders::conv2d_shared_channels4;
    using channels4_texel = shaders::conv2d_shared_channels4_texel;
};
struct WeightShaders {
    using single = shaders::conv2d_weight_gradient_shared;
    using single_texel = shaders::conv2d_weight_gradient_shared_texel;
    using filters4 = shaders::conv2d_weight_gradient_shared_filters4;
    using filters4_texel = shaders::conv2d_weight_gradient_shared_filters4_texel;
    using channels4 = shaders::conv2d_weight_gradient_shared_channels4;
    using channels4_texel = shaders::conv2d_weight_gradient_shared_channels4_texel;
};
template <class Shaders, class Make>
void add_widest(std::vector<Implementation>& list, const vulkan::Device& device, const Gather& g, std::uint64_t b_elements, const Make& make) {
    const Widths widths = widths_of(g);
    const bool texels = texels_fit(device, g.x_elements(), widths.x) && texels_fit(device, b_elements, widths.b);
    if (widths.b == 1) add_both<typename Shaders::single, typename Shaders::single_texel>(list, device, texels, make);
    else if (widths.x == 1) add_both<typename Shaders::filters4, typename Shaders::filters4_texel>(list, device, texels, make);
    else add_both<typename Shaders::channels4, typename Shaders::channels4_texel>(list, device, texels, make);
}

/// Its depth in parts, whose sums are added up in order; also where one part is enough, for the self-test's small problem.
template <class S>
Implementation in_parts(const vulkan::Device& device, std::string name, const Gather& g, const SharedTile& tile,
                        const Epilogue& epilogue, const RowsOperands& at, std::uint32_t scratch) {
    const Split split = split_of(device, g, tile);
    const std::uint64_t results = std::uint64_t{g.rows} * g.columns;
    return {std::move(name),
            {gather_call<S>(g, tile, split, {}, {at.x, at.weight, at.bias, scratch}),
             combine_splits(device, results, split.splits, g.columns, epilogue, scratch, at.bias, at.y)},
            {results * split.splits * 4}};
}

/// The taps of one axis that a residue of the stride meets: first, first + step, ... The input at residue + stride * p then
/// has the gradients at p + begin, p + begin - back, ...
struct Residue {
    std::uint32_t size, taps, first, step;
    std::int32_t begin, back;
};
Residue residue_of(std::uint32_t residue, std::uint32_t inputs, std::uint32_t kernel, std::uint32_t stride, std::uint32_t dilation, std::uint32_t pad) {
    Residue r{(inputs - residue + stride - 1) / stride, 0, 0, stride / std::gcd(stride, dilation), 0, 0};
    while (r.first < kernel && (residue + pad + std::uint64_t{r.first} * (stride - 1) * dilation) % stride != 0) ++r.first;
    if (r.first < kernel) r.taps = (kernel - r.first + r.step - 1) / r.step;
    const auto distance = static_cast<std::int32_t>(residue + pad) - static_cast<std::int32_t>(r.first * dilation);
    r.begin = r.taps > 0 ? distance / static_cast<std::int32_t>(stride) : 0;
    r.back = static_cast<std::int32_t>(r.step * dilation / stride);
    return r;
}

/// The inputs of one residue of the stride as a convolution of dy with the taps that they meet.
Gather residue_gather(const Conv2dGeometry& g, const Residue& h, const Residue& w, std::uint32_t residue_h, std::uint32_t residue_w) {
    return {.rows = g.batch * h.size * w.size, .columns = g.channels, .depth = h.taps * w.taps * g.filters, .batch = g.batch,
            .height = g.out_h, .width = g.out_w, .channels = g.filters, .out_h = h.size, .out_w = w.size, .kernel_w = std::max(w.taps, 1u),
            .dilation_h = -h.back, .dilation_w = -w.back, .first_h = h.begin, .first_w = w.begin,
            .scattered = g.stride_h != 1 || g.stride_w != 1, .result_first = residue_h * g.width + residue_w,
            .result_image = g.height * g.width, .result_h = g.stride_h * g.width, .result_w = g.stride_w};
}

/// weight [kh, kw, C, O] of these taps -> [taps h, taps w, O, C] behind what is in the scratch.
KernelCall taps_call(const vulkan::Device& device, const Conv2dGeometry& g, const Residue& h, const Residue& w, std::uint32_t offset, std::uint32_t scratch) {
    const auto c = static_cast<std::int32_t>(g.channels), o = static_cast<std::int32_t>(g.filters), kw = static_cast<std::int32_t>(g.kernel_w);
    const reference::StridedCopy copy{{h.taps, w.taps, g.filters, g.channels},
                                      {static_cast<std::int32_t>(h.step) * kw * c * o, static_cast<std::int32_t>(w.step) * c * o, 1, o},
                                      {static_cast<std::int32_t>(w.taps) * c * o, c * o, c, 1},
                                      static_cast<std::int32_t>((h.first * g.kernel_w + w.first)) * c * o,
                                      static_cast<std::int32_t>(offset)};
    return copy_call(device, copy, g.weight_elements(), g.weight_elements(), 1, scratch);
}

}  // namespace

SharedOffer conv2d_shared(const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                                          const RowsOperands& at, std::uint32_t first_scratch) {
    if (g.groups != 1 || is_product(g)) return {};
    const Gather gather = forward_gather(g);
    const SharedProduct product = product_of(gather, true);
    std::vector<Implementation> whole, parts;
    std::uint64_t groups_at_most = 0;
    for (const SharedTile& tile : shared_tiles(device, product)) {
        add_widest<ForwardShaders>(whole, device, gather, g.weight_elements(), [&]<class S>() {
            return Implementation{tile.name("conv2d shared"), {gather_call<S>(gather, tile, {1, gather.depth}, epilogue, at)}, {}};
        });
        groups_at_most = std::max(groups_at_most, shared_groups(tile, gather.rows, gather.columns, 1) * tile.group_size());
        if (tile.m <= 64)  // so few results that their tiles must be small
            add_widest<ForwardShaders>(parts, device, gather, g.weight_elements(), [&]<class S>() {
                return in_parts<S>(device, tile.name("conv2d shared in parts"), gather, tile, epilogue, at, first_scratch);
            });
    }
    const bool few = 2 * groups_at_most <= traits(device).target_invocations && gather.depth >= 2 * least_split_depth;
    SharedOffer{std::move(parts), few}.add_to(whole);
    return {std::move(whole), prefers_shared(device, product)};
}

SharedOffer conv2d_input_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& g) {
    std::vector<Implementation> list;
    if (g.groups != 1 || is_product(g) || g.stride_h * g.stride_w > 16) return {};
    constexpr std::uint32_t scratch = 3;
    std::vector<KernelCall> copies;
    std::vector<Gather> gathers;
    std::uint32_t offset = 0;
    for (std::uint32_t residue_h = 0; residue_h < std::min(g.stride_h, g.height); ++residue_h)
        for (std::uint32_t residue_w = 0; residue_w < std::min(g.stride_w, g.width); ++residue_w) {
            const Residue h = residue_of(residue_h, g.height, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top);
            const Residue w = residue_of(residue_w, g.width, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left);
            gathers.push_back(residue_gather(g, h, w, residue_h, residue_w));
            gathers.back().b_offset = offset;
            if (gathers.back().depth == 0) continue;  // no window covers these: their gradient is zero
            copies.push_back(taps_call(device, g, h, w, offset, scratch));
            offset += gathers.back().depth * g.channels;
        }
    const SharedProduct product = product_of(gathers[0], true);
    for (const SharedTile& tile : shared_tiles(device, product))
        add_widest<ForwardShaders>(list, device, gathers[0], g.weight_elements(), [&]<class S>() {
            Implementation implementation{tile.name("conv2d input gradient shared"), copies, {g.weight_elements() * 4}};
            for (const Gather& gather : gathers)
                implementation.calls.push_back(gather_call<S>(gather, tile, {1, gather.depth}, {}, {0, scratch, scratch, 2}));
            return implementation;
        });
    return {std::move(list), prefers_shared(device, product)};
}

SharedOffer conv2d_weight_gradient_shared(const vulkan::Device& device, const Conv2dGeometry& g) {
    std::vector<Implementation> list;
    if (g.groups != 1 || is_product(g)) return {};
    const Gather gather = weight_gather(g);
    const SharedProduct product = product_of(gather, false);
    for (const SharedTile& tile : shared_tiles(device, product))
        add_widest<WeightShaders>(list, device, gather, g.output_elements(), [&]<class S>() {
            return in_parts<S>(device, tile.name("conv2d weight gradient shared"), gather, tile, {}, {0, 1, 3, 2}, 3);
        });
    return {std::move(list), prefers_shared(device, product)};
}

}  // namespace hekla::kernels
