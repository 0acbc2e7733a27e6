// `hekla explain`: the pictures and the page that it writes.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <algorithm>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool is_varied(const io::Image& image) {
    return std::any_of(image.pixels.begin(), image.pixels.end(), [&](std::uint8_t value) { return value != image.pixels[0]; });
}

/// A trained convolutional model, made once.
class Explain : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new SampleFolder;
        write_sample_mnist(*folder_);
        const CommandResult result = run({"train", "--network", "keras-mnist", "--data", "mnist", "--data-dir", folder_->string(), "--epochs", "4", "--out", model()});
        ASSERT_EQ(result.status, 0) << result.err;
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    static std::string model() { return *folder_ / "model.safetensors"; }
    static Words explain(const std::string& output, const Words& more) {
        Words words = {"explain", "--model", model(), "--output", *folder_ / output, "--occlusion-stride", "7"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    static io::Image picture(const std::string& output, const std::string& name) { return io::read_image(*folder_ / (output + "/" + name)); }

    static SampleFolder* folder_;
};
SampleFolder* Explain::folder_ = nullptr;

TEST_F(Explain, WritesPicturesAndAPageOfTestImages) {
    const CommandResult result = run(explain("seen", {"--data", "mnist", "--data-dir", folder_->string(), "--count", "2", "--json"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const nlohmann::json json = result.json();
    EXPECT_EQ(json["layer"], "relu_1");
    ASSERT_EQ(json["images"].size(), 2u);
    EXPECT_EQ(json["images"][1]["label"], 1);
    EXPECT_EQ(json["images"][1]["class"], json["images"][1]["best"]);
    EXPECT_GT(json["images"][1]["probability"], 0.1);
    EXPECT_EQ(json["files"].size(), 1u + 2 * 5 + 1);
    for (const char* name : {"saliency", "grad-cam", "occlusion"}) {
        const io::Image image = picture("seen", std::string("test-1-") + name + ".png");
        EXPECT_EQ(image.height, 224u) << name;
        EXPECT_EQ(image.width, 224u) << name;
        EXPECT_EQ(image.channels, 3u) << name;
        EXPECT_TRUE(is_varied(image)) << name;
        EXPECT_NE(image.pixels, picture("seen", std::string("test-0-") + name + ".png").pixels) << name;
    }
    EXPECT_EQ(picture("seen", "test-0-input.png").height, 224u);
    const io::Image filters = picture("seen", "filters.png"), maps = picture("seen", "test-0-maps.png");
    EXPECT_EQ(filters.width, 8u * (54 + 2) + 2);  // 32 filters of 3 x 3, each pixel 18 wide
    EXPECT_EQ(filters.height, 4u * (54 + 2) + 2);
    EXPECT_EQ(maps.width, 8u * (52 + 2) + 2);     // 32 maps of 26 x 26, twice as large
    EXPECT_TRUE(is_varied(filters) && is_varied(maps));
    const std::string page = io::read_file(*folder_ / "seen/index.html");
    for (const char* part : {"Filters of conv2d_1", "Saliency", "Grad-CAM", "Occlusion", "Feature maps of relu_1", "data:image/png;base64,", "</html>"})
        EXPECT_TRUE(contains(page, part)) << part;
    for (const char* part : {"<script", "http://", "https://", "src=\"/"}) EXPECT_FALSE(contains(page, part)) << part;
}

TEST_F(Explain, TakesPicturesAClassAndALayer) {
    write_sample_png(*folder_ / "three.png", 3);
    const CommandResult result = run(explain("asked", {*folder_ / "three.png", "--class", "5", "--layer", "max_pool2d_1"}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(contains(result.out, "three: ")) << result.out;
    EXPECT_TRUE(contains(result.out, "6 pictures and a page: ")) << result.out;
    EXPECT_EQ(picture("asked", "three-maps.png").width, 8u * (52 + 2) + 2);  // 13 x 13, four times as large
    EXPECT_TRUE(contains(io::read_file(*folder_ / "asked/index.html"), "Feature maps of max_pool2d_1"));
    const CommandResult again = run(explain("again", {*folder_ / "three.png", "--class", "3"}));
    ASSERT_EQ(again.status, 0) << again.err;
    EXPECT_NE(picture("again", "three-saliency.png").pixels, picture("asked", "three-saliency.png").pixels);
}

TEST_F(Explain, WrongNamesAreListed) {
    write_sample_png(*folder_ / "one.png", 1);
    const auto error = [&](const Words& more, const std::string& part) {
        const CommandResult result = run(explain("wrong", more));
        EXPECT_EQ(result.status, 1) << result.err;
        EXPECT_TRUE(contains(result.err, part)) << result.err;
    };
    error({*folder_ / "one.png", "--layer", "dense_1"}, "'dense_1' is no layer that gives feature maps; there are: conv2d_1, relu_1, max_pool2d_1");
    error({*folder_ / "one.png", "--class", "ten"}, "'ten' is no class and no number of one; there are: 0, 1, 2");
    error({*folder_ / "one.png", "--class", "10"}, "there is no class 10: the network has 10");
    error({*folder_ / "one.png", "--data", "mnist"}, "not both");
    error({*folder_ / "none.png"}, "none.png");
    error({"--data", "cifar10", "--data-dir", folder_->string()}, "cifar10");
}

}  // namespace
}  // namespace hekla::test
