#include "kernels/matmul.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

/// Steps from one line, or step of the depth, to the next, in what is read at once.
struct ReadSteps {
    std::uint32_t line, depth, matrix;
};
ReadSteps read_steps(std::uint32_t lines, std::uint32_t depth, bool depth_first, SharedRead read, bool broadcast) {
    const std::uint32_t width = read == SharedRead::single ? 1 : 4;
    const std::uint32_t matrix = broadcast ? 0 : lines * depth / width;
    return depth_first ? ReadSteps{depth / width, 1, matrix} : ReadSteps{1, lines / width, matrix};
}

}  // namespace

template <class S>
Implementation Matmul::shared_implementation(const vulkan::Device& device, const SharedTile& tile, SharedRead left, SharedRead right) const {
    const std::uint64_t groups = shared_groups(tile, g_.rows, g_.columns, g_.batch);
    const Split split = split_depth(traits(device), groups * tile.group_size(), g_.depth, tile.k);
    const bool split_up = split.splits > 1;
    const Epilogue inner = split_up ? Epilogue{} : epilogue_;
    const std::uint32_t result = split_up ? c_operand() + 1 : c_operand();
    const ReadSteps a = read_steps(g_.rows, g_.depth, !g_.transpose_a, left, g_.broadcast_a);
    const ReadSteps b = read_steps(g_.columns, g_.depth, g_.transpose_b, right, g_.broadcast_b);
    const std::uint32_t a_width = left == SharedRead::single ? 1 : 4, b_width = right == SharedRead::single ? 1 : 4;
    Implementation implementation;
    implementation.name = tile.name("matmul shared");
    implementation.calls.push_back(make_call<S>(
        {.group_size = tile.group_size(), .tile_m = tile.m, .tile_n = tile.n, .tile_k = tile.k, .lane_m = tile.lane_m,
         .lane_n = tile.lane_n, .buffers = tile.buffers, .has_bias = inner.bias, .activation = inner.activation,
         .left_depth_first = !g_.transpose_a, .right_depth_first = g_.transpose_b},
        {.batch = g_.batch, .rows = g_.rows, .columns = g_.columns, .depth = g_.depth, .a_row = a.line, .a_depth = a.depth,
         .a_batch = a.matrix, .b_column = b.line, .b_depth = b.depth, .b_batch = b.matrix, .splits = split.splits,
         .depth_per_split = split.depth_per_split, .activation_parameter = inner.parameter},
        groups_for(groups * split.splits, 1), {{0, a_width}, {1, b_width}, {inner.bias ? bias_operand() : 1, b_width}, {result}},
        static_cast<double>(g_.multiply_adds())));
    add_up(device, split.splits, implementation);
    return implementation;
}

SharedOffer Matmul::shared_offer(const vulkan::Device& device) const {
    const auto read = [](bool depth_first, std::uint32_t lines, std::uint32_t depth) {
        if ((depth_first ? depth : lines) % 4 != 0) return SharedRead::single;
        return depth_first ? SharedRead::depth4 : SharedRead::lines4;
    };
    SharedRead left = read(!g_.transpose_a, g_.rows, g_.depth), right = read(g_.transpose_b, g_.columns, g_.depth);
    // Results are written as b is read.
    if (g_.columns % 4 != 0) right = SharedRead::single;
    if (right == SharedRead::single) left = SharedRead::single;
    const bool texels = texels_fit(device, g_.a_elements(), left == SharedRead::single ? 1 : 4) &&
                        texels_fit(device, g_.b_elements(), right == SharedRead::single ? 1 : 4);
    const SharedProduct product{.rows = g_.rows, .columns = g_.columns, .depth = g_.depth, .batch = g_.batch, .left = left, .right = right};
    SharedOffer offer{{}, prefers_shared(device, product)};
    std::vector<Implementation>& list = offer.list;
    for (const SharedTile& tile : shared_tiles(device, product)) {
        const auto make = [&]<class S>() { return shared_implementation<S>(device, tile, left, right); };
        if (right == SharedRead::single) add_both<shaders::matmul_shared, shaders::matmul_shared_texel>(list, device, texels, make);
        else if (left == SharedRead::single)
            add_both<shaders::matmul_shared_columns4, shaders::matmul_shared_columns4_texel>(list, device, texels, make);
        else add_both<shaders::matmul_shared_vec4, shaders::matmul_shared_vec4_texel>(list, device, texels, make);
    }
    return offer;
}

}  // namespace hekla::kernels
