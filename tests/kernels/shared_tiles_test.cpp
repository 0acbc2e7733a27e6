// Workgroup tiles in shared memory keep to the device's limits, and stand last where barriers are slow.

#include "kernels/shared_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/conv2d.h"
#include "kernels/matmul.h"
#include "shaders.h"
#include "support/shared_device.h"
#include "vulkan/device.h"
#include "vulkan/shader_needs.h"

namespace hekla::tests {
namespace {

using kernels::SharedRead;
using kernels::SharedTile;

constexpr kernels::SharedProduct square{512, 512, 512, 1, SharedRead::depth4, SharedRead::lines4};

bool is_shared(const kernels::Implementation& implementation) { return implementation.name.find("shared") != std::string::npos; }

TEST(SharedTiles, TheShaderNeedsWhatTheTileSays) {
    const std::vector<SharedTile> tiles =
        kernels::shared_tiles(shared_device().vulkan(), square);
    ASSERT_GE(tiles.size(), 3u);
    for (const SharedTile& tile : tiles) {
        const shaders::matmul_shared_vec4::Constants constants{.group_size = tile.group_size(), .tile_m = tile.m, .tile_n = tile.n,
                                                               .tile_k = tile.k, .lane_m = tile.lane_m, .lane_n = tile.lane_n,
                                                               .buffers = tile.buffers};
        const vulkan::ShaderNeeds needs = vulkan::shader_needs(shaders::matmul_shared_vec4::info(), kernels::words_of(constants));
        EXPECT_EQ(needs.group_size[0], tile.group_size()) << tile.name("tile");
        EXPECT_EQ(needs.shared_bytes, tile.shared_bytes()) << tile.name("tile");
    }
}

TEST(SharedTiles, ThreeAreForTheSpecificationsMinimum) {
    vulkan::DeviceOptions options;
    options.caps = "minimum";
    vulkan::Device device(options);
    const std::vector<SharedTile> tiles = kernels::shared_tiles(device, square);
    EXPECT_EQ(tiles.size(), 3u);
    for (const SharedTile& tile : tiles) {
        EXPECT_LE(tile.group_size(), 128u);
        EXPECT_LE(tile.shared_bytes(), 16384u);
    }
}

TEST(SharedTiles, OnACpuTheyAreOfferedLast) {
    const vulkan::Device& device = shared_device().vulkan();
    ASSERT_TRUE(kernels::traits(device).cpu);
    const Conv2dGeometry g{.batch = 4, .height = 30, .width = 30, .channels = 64, .kernel_h = 3, .kernel_w = 3, .filters = 64, .out_h = 28, .out_w = 28};
    for (const std::vector<kernels::Implementation>& list :
         {kernels::Matmul({.rows = 512, .columns = 512, .depth = 512}).implementations(device), kernels::Conv2dForward(g).implementations(device),
          kernels::Conv2dInputGradient(g).implementations(device), kernels::Conv2dWeightGradient(g).implementations(device)}) {
        EXPECT_TRUE(std::any_of(list.begin(), list.end(), is_shared));
        EXPECT_TRUE(std::is_partitioned(list.begin(), list.end(), [](const kernels::Implementation& one) { return !is_shared(one); }));
    }
}

}  // namespace
}  // namespace hekla::tests
