#include "kernels/winograd.h"

#include <algorithm>

#include "kernels/matmul.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

/// The shaders of one tile size, read as single numbers or as vec4s.
template <class Weight, class WeightGradient, class Input, class OutputGradient, class Output, std::uint32_t size, std::uint32_t components>
struct Family {
    using weight = Weight;
    using weight_gradient = WeightGradient;
    using input = Input;
    using output_gradient = OutputGradient;
    using output = Output;
    static constexpr std::uint32_t tile = size, reach = size + 2, positions = reach * reach, width = components;
};
template <std::uint32_t tile>
struct Families;
template <>
struct Families<2> {
    using storage = Family<shaders::winograd2_weight, shaders::winograd2_weight_gradient, shaders::winograd2_input,
                           shaders::winograd2_output_gradient, shaders::winograd2_output, 2, 1>;
    using storage4 = Family<shaders::winograd2_weight_vec4, shaders::winograd2_weight_gradient_vec4, shaders::winograd2_input_vec4,
                            shaders::winograd2_output_gradient_vec4, shaders::winograd2_output_vec4, 2, 4>;
    using texel4 = Family<shaders::winograd2_weight_vec4_texel, shaders::winograd2_weight_gradient_vec4_texel,
                          shaders::winograd2_input_vec4_texel, shaders::winograd2_output_gradient_vec4_texel,
                          shaders::winograd2_output_vec4_texel, 2, 4>;
};
template <>
struct Families<4> {
    using storage = Family<shaders::winograd4_weight, shaders::winograd4_weight_gradient, shaders::winograd4_input,
                           shaders::winograd4_output_gradient, shaders::winograd4_output, 4, 1>;
    using storage4 = Family<shaders::winograd4_weight_vec4, shaders::winograd4_weight_gradient_vec4, shaders::winograd4_input_vec4,
                            shaders::winograd4_output_gradient_vec4, shaders::winograd4_output_vec4, 4, 4>;
    using texel4 = Family<shaders::winograd4_weight_vec4_texel, shaders::winograd4_weight_gradient_vec4_texel,
                          shaders::winograd4_input_vec4_texel, shaders::winograd4_output_gradient_vec4_texel,
                          shaders::winograd4_output_vec4_texel, 4, 4>;
};

struct Tiles {
    std::uint32_t h, w, all;  // of one image's height and width; of all images, rounded up to what products like
};
template <class F>
Tiles tiles_of(const Conv2dGeometry& g) {
    const std::uint32_t h = (g.out_h + F::tile - 1) / F::tile, w = (g.out_w + F::tile - 1) / F::tile;
    return {h, w, (g.batch * h * w + 7) / 8 * 8};
}

template <class F>
std::uint64_t transform_bytes(std::uint64_t rows, std::uint64_t columns) {
    return rows * columns * F::positions * 4;
}

/// weight [3,3,C,O] to its transform, or back with S = F::weight_gradient.
template <class S, class F>
KernelCall weight_call(const Conv2dGeometry& g, std::uint32_t from, std::uint32_t to) {
    const std::uint32_t elements = g.channels * g.filters / F::width;
    return make_call<S>({.group_size = default_group_size}, {.elements = elements}, groups_for(elements), {{from, F::width}, {to}},
                        static_cast<double>(elements) * F::width * F::positions);
}

/// Images of `channels` channels (x, or dy with S = F::output_gradient) to their transform.
template <class S, class F>
KernelCall image_call(const Conv2dGeometry& g, std::uint32_t from, std::uint32_t to) {
    const bool gradient = std::is_same_v<S, typename F::output_gradient>;
    const Tiles tiles = tiles_of<F>(g);
    const std::uint32_t channels = (gradient ? g.filters : g.channels) / F::width;
    const std::uint64_t invocations = std::uint64_t{channels} * tiles.all;
    return make_call<S>({.group_size = default_group_size},
                        {.batch = g.batch, .height = gradient ? g.out_h : g.height, .width = gradient ? g.out_w : g.width,
                         .channels = channels, .tiles_h = tiles.h, .tiles_w = tiles.w, .tiles = tiles.all,
                         .pad_top = gradient ? 0 : static_cast<std::int32_t>(g.pad_top),
                         .pad_left = gradient ? 0 : static_cast<std::int32_t>(g.pad_left)},
                        groups_for(invocations), {{from, F::width}, {to}}, static_cast<double>(invocations) * F::width * F::positions);
}

template <class F>
KernelCall output_call(const Conv2dGeometry& g, const Epilogue& epilogue, std::uint32_t from, std::uint32_t bias, std::uint32_t to) {
    const Tiles tiles = tiles_of<F>(g);
    const std::uint32_t filters = g.filters / F::width;
    const std::uint64_t invocations = std::uint64_t{filters} * tiles.h * tiles.w * g.batch;
    return make_call<typename F::output>(
        {.group_size = default_group_size, .has_bias = epilogue.bias, .activation = epilogue.activation},
        {.batch = g.batch, .height = g.out_h, .width = g.out_w, .filters = filters, .tiles_h = tiles.h, .tiles_w = tiles.w,
         .tiles = tiles.all, .activation_parameter = epilogue.parameter},
        groups_for(invocations), {{from, F::width}, {epilogue.bias ? bias : from, F::width}, {to}},
        static_cast<double>(invocations) * F::width * F::positions);
}

/// The products that are worth a try: of the device's preferred way of reading, and no slow general ones.
std::vector<Implementation> products(const vulkan::Device& device, const MatmulGeometry& geometry) {
    std::vector<Implementation> list = Matmul(geometry).implementations(device);
    const char* way = traits(device).prefer_texel_buffers ? " texel" : " storage";
    std::erase_if(list, [&](const Implementation& product) {
        return !product.name.ends_with(way) || !(product.name.starts_with("matmul lanes") || product.name.starts_with("matmul vec4"));
    });
    return list;
}

/// Puts a product between `before` and `after`; its operands a, b, c become `at`, its own scratch comes after `scratch`.
Implementation around(const std::string& name, std::vector<KernelCall> before, Implementation product, KernelCall after,
                      const std::array<std::uint32_t, 3>& at, std::uint32_t first_scratch, std::vector<std::uint64_t> scratch) {
    Implementation result{name + ", " + product.name, std::move(before), std::move(scratch)};
    renumber(product, at, first_scratch + static_cast<std::uint32_t>(result.scratch_bytes.size()));
    for (KernelCall& call : product.calls) result.calls.push_back(std::move(call));
    result.scratch_bytes.insert(result.scratch_bytes.end(), product.scratch_bytes.begin(), product.scratch_bytes.end());
    result.calls.push_back(std::move(after));
    return result;
}

bool is_winograd(const Conv2dGeometry& g) {
    return g.kernel_h == 3 && g.kernel_w == 3 && g.stride_h == 1 && g.stride_w == 1 && g.dilation_h == 1 && g.dilation_w == 1 &&
           g.groups == 1 && g.channels % 4 == 0 && g.filters % 4 == 0;
}

template <class F>
bool fits(const vulkan::Device& device, const Conv2dGeometry& g) {
    const std::uint32_t tiles = tiles_of<F>(g).all;
    const std::uint64_t largest = transform_bytes<F>(std::max({tiles, g.channels, g.filters}), std::max(g.channels, g.filters));
    return largest <= device.caps().max_storage_range_bytes && (!traits(device).prefer_texel_buffers || texels_fit(device, largest / 4, 4));
}

template <class F>
void add_forward(std::vector<Implementation>& list, const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                 const RowsOperands& at, std::uint32_t first) {
    if (!fits<F>(device, g)) return;
    const std::uint32_t tiles = tiles_of<F>(g).all, images = first, weights = first + 1, results = first + 2;
    for (Implementation& product :
         products(device, {.batch = F::positions, .rows = tiles, .columns = g.filters, .depth = g.channels}))
        list.push_back(around("conv2d winograd " + std::to_string(F::tile),
                              {weight_call<typename F::weight, F>(g, at.weight, weights), image_call<typename F::input, F>(g, at.x, images)},
                              std::move(product), output_call<F>(g, epilogue, results, at.bias, at.y), {images, weights, results}, first,
                              {transform_bytes<F>(tiles, g.channels), transform_bytes<F>(g.channels, g.filters),
                               transform_bytes<F>(tiles, g.filters)}));
}

template <class F>
void add_weight_gradient(std::vector<Implementation>& list, const vulkan::Device& device, const Conv2dGeometry& g) {
    if (!fits<F>(device, g)) return;
    const std::uint32_t tiles = tiles_of<F>(g).all, images = 3, gradients = 4, weights = 5;
    for (Implementation& product :
         products(device, {.batch = F::positions, .rows = g.channels, .columns = g.filters, .depth = tiles, .transpose_a = true}))
        list.push_back(around("conv2d weight gradient winograd " + std::to_string(F::tile),
                              {image_call<typename F::input, F>(g, 0, images), image_call<typename F::output_gradient, F>(g, 1, gradients)},
                              std::move(product), weight_call<typename F::weight_gradient, F>(g, weights, 2), {images, gradients, weights}, 3,
                              {transform_bytes<F>(tiles, g.channels), transform_bytes<F>(tiles, g.filters),
                               transform_bytes<F>(g.channels, g.filters)}));
}

/// Calls add.operator()<F>() with the families of both tile sizes, the likely faster one first.
template <class Add>
void with_families(const vulkan::Device& device, const Conv2dGeometry& g, const Add& add) {
    const DeviceTraits device_traits = traits(device);
    const auto with = [&]<class Sizes>() {
        // A CPU reads four channels at a time; elsewhere a tile of them would be spilled.
        if (!device_traits.cpu) add.template operator()<typename Sizes::storage>();
        else if (device_traits.prefer_texel_buffers) add.template operator()<typename Sizes::texel4>();
        else add.template operator()<typename Sizes::storage4>();
    };
    // Small images would fill the larger tiles badly.
    const bool small = g.out_h * g.out_w < 16;
    if (small) with.template operator()<Families<2>>();
    with.template operator()<Families<4>>();
    if (!small) with.template operator()<Families<2>>();
}

}  // namespace

bool prefers_winograd(const vulkan::Device& device, const Conv2dGeometry& g) {
    // The weights' transform, four times their size, must be paid for by the tiles that share it.
    return traits(device).cpu && traits(device).prefer_texel_buffers && g.channels >= 16 && g.filters >= 16 &&
           tiles_of<Families<4>::storage>(g).all >= 16;
}

std::vector<Implementation> winograd_forward(const vulkan::Device& device, const Conv2dGeometry& g, const Epilogue& epilogue,
                                             const RowsOperands& at, std::uint32_t first_scratch) {
    std::vector<Implementation> list;
    if (is_winograd(g))
        with_families(device, g, [&]<class F>() { add_forward<F>(list, device, g, epilogue, at, first_scratch); });
    return list;
}

std::vector<Implementation> winograd_weight_gradient(const vulkan::Device& device, const Conv2dGeometry& g) {
    std::vector<Implementation> list;
    if (is_winograd(g)) with_families(device, g, [&]<class F>() { add_weight_gradient<F>(list, device, g); });
    return list;
}

}  // namespace hekla::kernels
