// The example of examples/EMBEDDING.md: outlines of a disc, without a word of the validation layer.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "sample_data.h"

namespace hekla::test {
namespace {

TEST(EmbedExample, OutlinesADiscInACommandBufferOfItsOwn) {
    const std::string program = HEKLA_EXAMPLES_DIR "/embed";
    if (!std::filesystem::exists(program)) GTEST_SKIP() << "there is no Vulkan loader to link";
    const SampleFolder folder;
    const std::string picture = folder / "out.png", words = folder / "words.txt";
    // The layer speaks on standard output.
    const std::string command = "VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation "
                                "VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT '" +
                                program + "' '" + picture + "' > '" + words + "' 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << io::read_file(words);
    EXPECT_EQ(io::read_file(words), "");
    const io::Image image = io::read_image(picture);
    ASSERT_EQ(image.width, 96u);
    ASSERT_EQ(image.height, 64u);
    const auto at = [&](std::size_t x, std::size_t y) { return int{image.pixels[(y * image.width + x) * image.channels]}; };
    EXPECT_LT(at(48, 32), 10) << "inside the disc";
    EXPECT_LT(at(8, 8), 10) << "outside of it";
    EXPECT_GT(std::max(at(48, 10), at(48, 11)), 100) << "its upper edge";
    EXPECT_GT(std::max(at(26, 32), at(27, 32)), 100) << "its left edge";
}

TEST(EmbedExample, SaysWhatIsWrongWithAModel) {
    const std::string program = HEKLA_EXAMPLES_DIR "/embed";
    if (!std::filesystem::exists(program)) GTEST_SKIP() << "there is no Vulkan loader to link";
    const SampleFolder folder;
    const std::string words = folder / "words.txt";
    EXPECT_NE(std::system(("'" + program + "' nowhere.safetensors out.png > '" + words + "' 2>&1").c_str()), 0);
    EXPECT_NE(io::read_file(words).find("nowhere.safetensors"), std::string::npos) << io::read_file(words);
}

}  // namespace
}  // namespace hekla::test
