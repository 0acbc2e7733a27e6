#include "kernels/matmul.h"

#include <algorithm>

#include "kernels/pointwise.h"
#include "kernels/tiles.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
KernelCall combine_splits(const vulkan::Device& device, std::uint64_t elements, std::uint64_t splits, std::uint32_t columns,
                          const Epilogue& epilogue, std::uint32_t from, std::uint32_t bias, std::uint32_t to) {
    const auto make = [&]<class S>() {
        return make_call<S>({.group_size = default_group_size, .has_bias = epilogue.bias, .activation = epilogue.activation},
                            {.elements = static_cast<std::uint32_t>(elements), .splits = static_cast<std::uint32_t>(splits),
                             .columns = columns, .activation_parameter = epilogue.parameter},
                            groups_for(elements), {{from, 1}, {epilogue.bias ? bias : from, 1}, {to}}, static_cast<double>(elements * (splits + 1)));
    };
    const bool texel = traits(device).prefer_texel_buffers && texels_fit(device, elements * splits, 1);
    return texel ? make.operator()<shaders::combine_texel>() : make.operator()<shaders::combine>();
}

void Matmul::add_up(const vulkan::Device& device, std::uint32_t splits, Implementation& implementation) const {
    if (splits == 1) return;
    implementation.scratch_bytes = {g_.c_elements() * splits * 4};
    implementation.calls.push_back(combine_splits(device, g_.c_elements(), splits, g_.columns, epilogue_, c_operand() + 1,
                                                  bias_operand(), c_operand()));
}

std::string Matmul::name() const {
    return "matmul " + std::to_string(g_.batch) + "x" + std::to_string(g_.rows) + "x" + std::to_string(g_.depth) +
           (g_.transpose_a ? " (a transposed)" : "") + " by " + std::to_string(g_.columns) +
           (g_.transpose_b ? " (b transposed)" : "") + epilogue_.suffix();
}

std::vector<Operand> Matmul::operands() const {
    std::vector<Operand> list = {{DType::f32, g_.a_elements()}, {DType::f32, g_.b_elements()}};
    if (epilogue_.bias) list.push_back({DType::f32, g_.columns});
    list.push_back({DType::f32, g_.c_elements(), true, false});
    return list;
}

std::vector<Implementation> Matmul::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (prefers_lanes(device)) add_lanes(list, device);
    const bool narrow_first = traits(device).cpu && g_.rows >= 16;
    if (narrow_first) add_narrow(list, device);
    const bool a_vectors = g_.transpose_a ? g_.rows % 4 == 0 : g_.depth % 4 == 0;
    if (!g_.transpose_b && g_.columns % 4 == 0 && a_vectors) add_vec4(list, device);
    else if (!g_.transpose_b && g_.columns % 4 == 0) add_scalar_a(list, device);
    if (!g_.transpose_a && g_.transpose_b && g_.depth % 4 == 0) add_dot(list, device);
    add_with_b_transposed(list, device);
    add_general(list, device);
    if (!prefers_lanes(device)) add_lanes(list, device);
    if (!narrow_first) add_narrow(list, device);
    shared_offer(device).add_to(list);
    return list;
}

void Matmul::add_vec4(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const DeviceTraits device_traits = traits(device);
    const std::uint32_t vectors = g_.columns / 4;
    const bool texels = texels_fit(device, std::max(g_.a_elements(), g_.b_elements()), 4);
    // Results, then what is read of a and b before it is used: four steps of the depth at a time unless a is transposed.
    const auto registers = [&](Tile tile) { return 4 * tile.m * tile.n + (g_.transpose_a ? tile.m + 4 * tile.n : 4 * tile.m + 16 * tile.n); };
    for (Tile tile : by_preference({{8, 2}, {8, 1}, {4, 1}}, device_traits, g_.rows, vectors, g_.batch, registers))
        add_both<shaders::matmul_vec4, shaders::matmul_vec4_texel>(list, device, texels, [&]<class S>() {
            const std::uint64_t invocations =
                std::uint64_t{(vectors + tile.n - 1) / tile.n} * ((g_.rows + tile.m - 1) / tile.m) * g_.batch;
            const Split split = split_depth(device_traits, invocations, g_.depth);
            const bool split_up = split.splits > 1;
            const Epilogue inner = split_up ? Epilogue{} : epilogue_;
            const std::uint32_t result = split_up ? c_operand() + 1 : c_operand();
            Implementation implementation;
            implementation.name = tile_name("matmul vec4", tile);
            implementation.calls.push_back(make_call<S>(
                {.group_size = device_traits.group_size, .tile_m = tile.m, .tile_v = tile.n, .a_transposed = g_.transpose_a,
                 .has_bias = inner.bias, .activation = inner.activation},
                {.batch = g_.batch, .rows = g_.rows, .column_vectors = vectors, .depth = g_.depth,
                 .a_batch = g_.broadcast_a ? 0 : g_.rows * g_.depth / 4, .b_batch = g_.broadcast_b ? 0 : g_.depth * vectors,
                 .splits = split.splits, .depth_per_split = split.depth_per_split, .activation_parameter = inner.parameter},
                groups_for(invocations * split.splits, device_traits.group_size),
                {{0, 4}, {1, 4}, {inner.bias ? bias_operand() : 0, 4}, {result}}, static_cast<double>(g_.multiply_adds())));
            add_up(device, split.splits, implementation);
            return implementation;
        });
}

void Matmul::add_dot(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const DeviceTraits device_traits = traits(device);
    const std::uint32_t depth_vectors = g_.depth / 4;
    const bool texels = texels_fit(device, std::max(g_.a_elements(), g_.b_elements()), 4);
    const auto registers = [](Tile tile) { return tile.m * tile.n + 4 * (tile.m + tile.n); };
    for (Tile tile : by_preference({{8, 4}, {4, 4}, {4, 2}, {2, 2}, {1, 1}}, device_traits, g_.rows, g_.columns, g_.batch, registers))
        add_both<shaders::matmul_dot, shaders::matmul_dot_texel>(list, device, texels, [&]<class S>() {
            const std::uint64_t invocations =
                std::uint64_t{(g_.columns + tile.n - 1) / tile.n} * ((g_.rows + tile.m - 1) / tile.m) * g_.batch;
            return Implementation{
                tile_name("matmul dot", tile),
                {make_call<S>({.group_size = device_traits.group_size, .tile_m = tile.m, .tile_n = tile.n,
                               .has_bias = epilogue_.bias, .activation = epilogue_.activation},
                              {.batch = g_.batch, .rows = g_.rows, .columns = g_.columns, .depth_vectors = depth_vectors,
                               .a_batch = g_.broadcast_a ? 0 : g_.rows * depth_vectors,
                               .b_batch = g_.broadcast_b ? 0 : g_.columns * depth_vectors,
                               .activation_parameter = epilogue_.parameter},
                              groups_for(invocations, device_traits.group_size),
                              {{0, 4}, {1, 4}, {bias_operand(), epilogue_.bias ? 1u : 4u}, {c_operand()}}, static_cast<double>(g_.multiply_adds()))},
                {}};
        });
}

void Matmul::add_scalar_a(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const DeviceTraits device_traits = traits(device);
    const std::uint32_t vectors = g_.columns / 4;
    const bool texels = texels_fit(device, g_.a_elements(), 1) && texels_fit(device, g_.b_elements(), 4);
    const auto registers = [](Tile tile) { return 5 * tile.m + 4; };
    for (Tile tile : by_preference({{8, 1}, {4, 1}, {1, 1}}, device_traits, g_.rows, vectors, g_.batch, registers))
        add_both<shaders::matmul_vec4_scalar, shaders::matmul_vec4_scalar_texel>(list, device, texels, [&]<class S>() {
            const std::uint64_t invocations = std::uint64_t{vectors} * ((g_.rows + tile.m - 1) / tile.m) * g_.batch;
            return Implementation{
                tile_name("matmul vec4, scalar a", tile),
                {make_call<S>({.group_size = device_traits.group_size, .tile_m = tile.m, .tile_v = tile.n,
                               .has_bias = epilogue_.bias, .activation = epilogue_.activation},
                              {.batch = g_.batch, .rows = g_.rows, .column_vectors = vectors, .depth = g_.depth,
                               .a_row = g_.transpose_a ? 1 : g_.depth, .a_depth = g_.transpose_a ? g_.rows : 1,
                               .a_batch = g_.broadcast_a ? 0 : g_.rows * g_.depth, .b_batch = g_.broadcast_b ? 0 : g_.depth * vectors,
                               .splits = 1, .depth_per_split = (g_.depth + 3) / 4 * 4, .activation_parameter = epilogue_.parameter},
                              groups_for(invocations, device_traits.group_size),
                              {{0, 1}, {1, 4}, {bias_operand(), epilogue_.bias ? 4u : 1u}, {c_operand()}},
                              static_cast<double>(g_.multiply_adds()))},
                {}};
        });
}

/// Where b's rows can't be read as vec4s but its columns can: one copy of b turned over pays for itself if a has many rows.
void Matmul::add_with_b_transposed(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const bool dot = !g_.transpose_b && !g_.transpose_a && g_.columns % 4 != 0 && g_.depth % 4 == 0;
    const bool vec4 = g_.transpose_b && g_.depth % 4 != 0 && g_.columns % 4 == 0;
    if ((!dot && !vec4) || (g_.batch != 1 && !g_.broadcast_b) || g_.rows < 16) return;
    MatmulGeometry turned = g_;
    turned.transpose_b = !g_.transpose_b;
    const std::uint32_t scratch = c_operand() + 1;
    const std::uint32_t from_rows = g_.transpose_b ? g_.columns : g_.depth, from_columns = g_.transpose_b ? g_.depth : g_.columns;
    const reference::StridedCopy copy{{from_columns, from_rows}, {1, static_cast<std::int32_t>(from_columns)},
                                      {static_cast<std::int32_t>(from_rows), 1}, 0, 0};
    const KernelCall turn = copy_call(device, copy, g_.b_elements(), g_.b_elements(), 1, scratch);
    std::vector<Implementation> found;
    const Matmul product(turned, epilogue_);
    if (dot) product.add_dot(found, device);
    else product.add_scalar_a(found, device);
    for (Implementation& implementation : found) {
        implementation.name = "b turned, " + implementation.name;
        for (KernelCall& call : implementation.calls) call.slots[1].operand = scratch;
        implementation.calls.insert(implementation.calls.begin(), turn);
        implementation.scratch_bytes = {g_.b_elements() * 4};
        list.push_back(std::move(implementation));
    }
}

template <class S>
KernelCall Matmul::general_call(const DeviceTraits& device, Tile tile, const Split& split) const {
    const std::uint64_t invocations = std::uint64_t{(g_.columns + tile.n - 1) / tile.n} * ((g_.rows + tile.m - 1) / tile.m) * g_.batch;
    const bool split_up = split.splits > 1;
    const Epilogue inner = split_up ? Epilogue{} : epilogue_;
    const std::uint32_t result = split_up ? c_operand() + 1 : c_operand();
    return make_call<S>({.group_size = device.group_size, .tile_m = tile.m, .tile_n = tile.n, .has_bias = inner.bias,
                         .activation = inner.activation},
                        {.batch = g_.batch, .rows = g_.rows, .columns = g_.columns, .depth = g_.depth,
                         .a_row = g_.transpose_a ? 1 : g_.depth, .a_depth = g_.transpose_a ? g_.rows : 1,
                         .a_batch = g_.broadcast_a ? 0 : g_.rows * g_.depth,
                         .b_depth = g_.transpose_b ? 1 : g_.columns, .b_column = g_.transpose_b ? g_.depth : 1,
                         .b_batch = g_.broadcast_b ? 0 : g_.columns * g_.depth,
                         .splits = split.splits, .depth_per_split = split.depth_per_split, .activation_parameter = inner.parameter},
                        groups_for(invocations * split.splits, device.group_size),
                        {{0, 1}, {1, 1}, {inner.bias ? bias_operand() : 0, 1}, {result}}, static_cast<double>(g_.multiply_adds()));
}

KernelCall Matmul::plain_call(const vulkan::Device& device) const {
    return general_call<shaders::matmul>(traits(device), {2, 2}, {1, g_.depth});
}

void Matmul::add_general(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const DeviceTraits device_traits = traits(device);
    const bool texels = texels_fit(device, std::max(g_.a_elements(), g_.b_elements()), 1);
    const auto registers = [](Tile tile) { return tile.m * tile.n + 2 * (tile.m + tile.n); };
    for (Tile tile : by_preference({{4, 4}, {4, 2}, {2, 2}, {1, 1}}, device_traits, g_.rows, g_.columns, g_.batch, registers))
        add_both<shaders::matmul, shaders::matmul_texel>(list, device, texels, [&]<class S>() {
            const std::uint64_t invocations =
                std::uint64_t{(g_.columns + tile.n - 1) / tile.n} * ((g_.rows + tile.m - 1) / tile.m) * g_.batch;
            const Split split = split_depth(device_traits, invocations, g_.depth);
            Implementation implementation{tile_name("matmul general", tile), {general_call<S>(device_traits, tile, split)}, {}};
            add_up(device, split.splits, implementation);
            return implementation;
        });
}

std::vector<MatmulGeometry> small_geometries(const MatmulGeometry& geometry) {
    // Sizes keep their remainders modulo 8, on which the choice of shader depends.
    const auto shrink = [](std::uint32_t size, std::uint32_t to) { return size > to + 8 ? to + size % 8 : size; };
    std::vector<MatmulGeometry> list;
    for (std::uint32_t depth : {2 * least_split_depth_of_cpu + 8, least_split_depth}) {
        MatmulGeometry g = geometry;
        g.batch = std::min(g.batch, 2u);
        g.rows = shrink(g.rows, 16);
        g.columns = shrink(g.columns, 16);
        g.depth = shrink(g.depth, depth);
        if (list.empty() || !(list.back() == g)) list.push_back(g);
    }
    return list;
}

std::unique_ptr<Problem> Matmul::small() const { return std::make_unique<Matmul>(small_geometries(g_)[0], epilogue_); }

std::vector<std::unique_ptr<Problem>> Matmul::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list;
    for (const MatmulGeometry& g : small_geometries(g_)) list.push_back(std::make_unique<Matmul>(g, epilogue_));
    return list;
}

void Matmul::reference(std::vector<std::vector<double>>& operands) const {
    const reference::In bias = epilogue_.bias ? reference::In(operands[2]) : reference::In();
    reference::matmul(g_, operands[0], operands[1], bias, operands[c_operand()]);
    epilogue_.apply(operands[c_operand()]);
}

}  // namespace hekla::kernels
