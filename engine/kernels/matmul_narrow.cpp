#include "kernels/matmul.h"
#include "kernels/tiles.h"
#include "shaders.h"

namespace hekla::kernels {

namespace {
constexpr std::uint32_t most_columns = 16;
}

bool Matmul::is_narrow() const {
    return !g_.transpose_a && !g_.transpose_b && g_.batch == 1 && g_.columns <= most_columns && g_.columns % 4 != 0 && g_.depth % 4 == 0;
}

void Matmul::add_narrow(std::vector<Implementation>& list, const vulkan::Device& device) const {
    if (!is_narrow()) return;
    const DeviceTraits device_traits = traits(device);
    const bool texels = texels_fit(device, std::max(g_.a_elements(), g_.b_elements()), 4);
    const auto make = [&](std::uint32_t tile_m) {
        // Results, four rows of b, four numbers of a.
        if (!device_traits.cpu && (tile_m + 4) * g_.columns + 4 > device_traits.registers) return;
        add_both<shaders::matmul_narrow, shaders::matmul_narrow_texel>(list, device, texels, [&]<class S>() {
            const std::uint64_t tiles = (g_.rows + tile_m - 1) / tile_m;
            const Split split = split_depth(device_traits, tiles, g_.depth);
            const bool split_up = split.splits > 1;
            const Epilogue inner = split_up ? Epilogue{} : epilogue_;
            Implementation implementation;
            implementation.name = "matmul narrow " + std::to_string(tile_m);
            implementation.calls.push_back(make_call<S>(
                {.group_size = device_traits.group_size, .tile_m = tile_m, .columns = g_.columns, .has_bias = inner.bias,
                 .activation = inner.activation},
                {.rows = g_.rows, .depth_vectors = g_.depth / 4, .splits = split.splits, .vectors_per_split = split.depth_per_split / 4,
                 .activation_parameter = inner.parameter},
                groups_for(tiles * split.splits, device_traits.group_size),
                {{0, 4}, {1, 4}, {inner.bias ? bias_operand() : 0, inner.bias ? 1u : 4u}, {split_up ? c_operand() + 1 : c_operand()}},
                static_cast<double>(g_.multiply_adds())));
            add_up(device, split.splits, implementation);
            return implementation;
        });
    };
    // Rows in one invocation share what it reads of b; a few of them are better lanes.
    if (g_.rows >= 16) {
        make(4);
        make(1);
    } else {
        make(1);
        make(4);
    }
}

}  // namespace hekla::kernels
