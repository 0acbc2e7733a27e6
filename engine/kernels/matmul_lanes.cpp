#include "kernels/matmul.h"
#include "kernels/tiles.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

/// The steps of one round of the loop (shaders/matmul_lanes.comp): what a read of all lanes takes, or a few of them.
std::uint32_t steps_of(const MatmulGeometry& g, std::uint32_t lanes, Tile tile) {
    const std::uint32_t tile_rows = g.transpose_a ? tile.m / 4 : tile.m;
    const std::uint32_t read_steps = lanes / std::min(tile_rows, lanes);
    if (g.transpose_a) return std::max(read_steps, 4u);
    return tile.n > 1 && g.depth % 8 == 0 ? std::max(read_steps, 2u) : read_steps;
}

}  // namespace

/// Where a CPU runs the lanes side by side and reads texels in one go, this is its fastest product, if they all have columns.
bool Matmul::prefers_lanes(const vulkan::Device& device) const {
    return traits(device).cpu && traits(device).prefer_texel_buffers && g_.columns >= 2 * device.caps().subgroup_size;
}

template <class S>
Implementation Matmul::lanes_implementation(const vulkan::Device& device, std::uint32_t tile_m, std::uint32_t tile_v) const {
    const DeviceTraits device_traits = traits(device);
    const std::uint32_t lanes = device.caps().subgroup_size, vectors = g_.columns / 4;
    const std::uint32_t steps = steps_of(g_, lanes, {tile_m, tile_v});
    const std::uint64_t groups =
        std::uint64_t{(vectors + lanes * tile_v - 1) / (lanes * tile_v)} * ((g_.rows + tile_m - 1) / tile_m) * g_.batch;
    const Split split = split_depth(device_traits, groups * lanes, g_.depth, g_.transpose_a ? steps : 4 * steps);
    const bool split_up = split.splits > 1;
    const Epilogue inner = split_up ? Epilogue{} : epilogue_;
    const std::uint32_t result = split_up ? c_operand() + 1 : c_operand();
    Implementation implementation;
    implementation.name = tile_name("matmul lanes", {tile_m, tile_v});
    implementation.calls.push_back(make_call<S>(
        {.group_size = lanes, .tile_m = tile_m, .tile_v = tile_v, .steps = steps, .has_bias = inner.bias, .activation = inner.activation},
        {.batch = g_.batch, .rows = g_.rows, .column_vectors = vectors, .depth = g_.depth,
         .a_batch = g_.broadcast_a ? 0 : g_.rows * g_.depth / 4, .b_batch = g_.broadcast_b ? 0 : g_.depth * vectors,
         .splits = split.splits, .depth_per_split = split.depth_per_split, .activation_parameter = inner.parameter},
        groups_for(groups * split.splits, 1), {{0, 4}, {1, 4}, {inner.bias ? bias_operand() : 0, 4}, {result}},
        static_cast<double>(g_.multiply_adds())));
    add_up(device, split.splits, implementation);
    return implementation;
}

void Matmul::add_lanes(std::vector<Implementation>& list, const vulkan::Device& device) const {
    const std::uint32_t lanes = device.caps().subgroup_size;
    const bool vectors = g_.columns % 4 == 0 && (g_.transpose_a ? g_.rows : g_.depth) % 4 == 0;
    if (!device.caps().subgroup_shuffle || lanes < 4 || lanes > 64 || g_.transpose_b || !vectors) return;
    const bool texels = texels_fit(device, std::max(g_.a_elements(), g_.b_elements()), 4);
    const auto registers = [&](Tile tile) { return 4 * tile.m * tile.n + 16 * tile.n * steps_of(g_, lanes, tile); };
    std::vector<Tile> tiles = {{32, 1}, {16, 1}, {8, 1}};
    // Two vec4s of columns share what is handed out of a; where there are so many, and a is not read four rows at a time.
    const bool wide = !g_.transpose_a && g_.columns / 4 > lanes && g_.columns / 4 % (2 * lanes) == 0;
    tiles.insert(wide ? tiles.begin() : tiles.end(), {16, 2});
    for (Tile tile : by_preference(std::move(tiles), traits(device), g_.rows, (g_.columns / 4 + lanes - 1) / lanes * lanes,
                                   g_.batch, registers)) {
        const std::uint32_t steps = steps_of(g_, lanes, tile);
        // Where a tile would be spilled it is slow, and some compilers take seconds for it; a CPU's first cache is near.
        if (!traits(device).cpu && registers(tile) > traits(device).registers) continue;
        if (g_.depth % (g_.transpose_a ? steps : 4 * steps) != 0) continue;
        if (g_.transpose_a)
            add_both<shaders::matmul_lanes_transposed, shaders::matmul_lanes_transposed_texel>(
                list, device, texels, [&]<class S>() { return lanes_implementation<S>(device, tile.m, tile.n); });
        else
            add_both<shaders::matmul_lanes, shaders::matmul_lanes_texel>(
                list, device, texels, [&]<class S>() { return lanes_implementation<S>(device, tile.m, tile.n); });
    }
}

}  // namespace hekla::kernels
