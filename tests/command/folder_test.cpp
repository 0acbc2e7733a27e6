// Training on, evaluating on and looking into a folder of pictures of one's own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hekla/io.h>

#include <cstdlib>
#include <filesystem>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;
using nlohmann::json;

/// Coloured noise with a bar: the class decides colour and place, learnt in an epoch or two.
io::Image picture(unsigned index, unsigned label, std::uint32_t height = 16, std::uint32_t width = 16) {
    io::Image image{height, width, 3, std::vector<std::uint8_t>(std::size_t(height) * width * 3)};
    std::uint32_t random = index * 2654435761u + 1;
    for (std::uint8_t& value : image.pixels) {
        random = random * 1664525u + 1013904223u;
        value = static_cast<std::uint8_t>(random >> 27);
    }
    const std::uint32_t first = (1 + 3 * label) * height / 16;
    for (std::uint32_t y = first; y < first + height / 8; ++y)
        for (std::uint32_t x = 0; x < width; ++x) image.pixels[(std::size_t(y) * width + x) * 3 + label % 3] = 240;
    return image;
}

class OwnPictures : public testing::Test {
  protected:
    void write(const std::string& name, const io::Image& image) { write_file(name, io::encode_png(image)); }
    void write_file(const std::string& name, const std::string& bytes) {
        fs::create_directories(fs::path(folder_ / name).parent_path());
        write_text(folder_ / name, bytes);
    }
    /// 30 pictures of each of four classes, in two groups, or without them.
    void write_classes(bool groups = false) {
        const std::vector<std::string> names = groups ? std::vector<std::string>{"animal/cat", "animal/dog", "thing/car", "thing/cup"}
                                                      : std::vector<std::string>{"car", "cat", "cup", "dog"};
        for (unsigned i = 0; i < 120; ++i) write("pictures/" + names[i % 4] + "/" + std::to_string(i) + ".png", picture(i, i % 4));
    }
    std::string pictures() const { return folder_ / "pictures"; }
    std::string model() const { return folder_ / "m.safetensors"; }
    std::vector<std::string> training(std::vector<std::string> more = {}, const std::string& epochs = "4") const {
        std::vector<std::string> arguments = {"train", "--data", pictures(), "--network", "keras-cifar10", "--out", model(), "--batch", "16", "--epochs", epochs, "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    SampleFolder folder_;
};

TEST_F(OwnPictures, GiveAModelAReportAndASentence) {
    write_classes();
    const CommandResult result = run(training());
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("Of 24 test images, which it has not seen,"));
    EXPECT_THAT(result.err, HasSubstr("% were named right (95 % interval"));
    EXPECT_THAT(result.err, HasSubstr("would get 25.0 %"));
    const json got = result.json();
    EXPECT_GT(got["test_accuracy"], 0.9);
    EXPECT_EQ(got["baseline"]["accuracy"], 0.25);
    EXPECT_LT(got["accuracy_95"][0], got["test_accuracy"]);
    EXPECT_EQ(got["per_class"].size(), 4u);
    EXPECT_TRUE(fs::exists(model()));
    EXPECT_THAT(io::read_file(folder_ / "m.html"), HasSubstr("which it has not seen"));
}

TEST_F(OwnPictures, AreStreamedWithTheSameBits) {
    write_classes();
    const json resident = run(training({"--validation-split", "0.2"})).json();
    const CommandResult streamed = run(training({"--validation-split", "0.2", "--data-memory", "30K"}));
    ASSERT_EQ(streamed.status, 0) << streamed.err;
    EXPECT_EQ(streamed.json()["weights_sha256"], resident["weights_sha256"]);
    EXPECT_EQ(streamed.json()["validation_accuracy"], resident["validation_accuracy"]);
    EXPECT_EQ(streamed.json()["test_accuracy"], resident["test_accuracy"]);
    EXPECT_THAT(streamed.err, HasSubstr("data streamed: device busy"));
    EXPECT_FALSE(resident.contains("device_busy"));
}

TEST_F(OwnPictures, OfGroupsAreJudgedByLevel) {
    write_classes(true);
    ASSERT_EQ(run(training({"--class-weights", "balanced"})).status, 0);
    const json all = run({"evaluate", "--model", model(), "--data", pictures(), "--json"}).json();
    EXPECT_EQ(all["count"], 120);
    ASSERT_EQ(all["levels"].size(), 1u);
    EXPECT_EQ(all["levels"][0]["groups"], (json{"animal", "thing"}));
    EXPECT_GE(all["levels"][0]["accuracy"], all["test_accuracy"]);
    std::uint64_t sum = 0;
    for (const json& row : all["levels"][0]["confusion"])
        for (const json& count : row) sum += count.get<std::uint64_t>();
    EXPECT_EQ(sum, 120u);
    const json part = run({"evaluate", "--model", model(), "--data", pictures(), "--test-split", "0.2", "--json"}).json();
    EXPECT_EQ(part["count"], 24);
    // Any size and colour: the model knows what to do with it.
    write("seen.png", picture(3, 3, 64, 48));
    const json seen = run({"predict", "--model", model(), folder_ / "seen.png", "--json"}).json();
    EXPECT_EQ(seen["top"][0]["name"], "thing/cup");
    EXPECT_EQ(seen["levels"][0][0]["name"], "thing");
    EXPECT_NEAR(seen["levels"][0][0]["probability"].get<double>() + seen["levels"][0][1]["probability"].get<double>(), 1, 1e-5);
    EXPECT_THAT(run({"predict", "--model", model(), folder_ / "seen.png"}).out, HasSubstr("level 1: thing"));
    EXPECT_EQ(run({"inspect", model(), "--json"}).json()["class_groups"][3], json::array({"thing"}));
}

TEST_F(OwnPictures, AreScaledByTheRuleOfTheModel) {
    write_classes();
    write("pictures/cat/photo.png", picture(7, 1, 600, 500));
    const CommandResult unequal = run(training());
    EXPECT_EQ(unequal.status, 1);
    EXPECT_THAT(unequal.err, HasSubstr("16 x 16 pixels"));
    EXPECT_THAT(unequal.err, HasSubstr("photo.png' is 500 x 600 pixels; name the size that all are scaled to, for example --image-size 64"));
    ASSERT_EQ(run(training({"--image-size", "20x24", "--fit", "pad"}, "1")).status, 0);
    const std::string input = run({"inspect", model(), "--json"}).json()["input"]["shape"].dump();
    EXPECT_EQ(input, "[24,20,3]");
    EXPECT_EQ(run({"evaluate", "--model", model(), "--data", pictures()}).status, 0);
}

TEST_F(OwnPictures, UnusableFilesAreNamedOrLeftOut) {
    write_classes();
    write_file("pictures/cat/torn.png", io::encode_png(picture(1, 1)).substr(0, 200));
    fs::create_directories(folder_ / "pictures/emu");
    const CommandResult strict = run(training());
    EXPECT_EQ(strict.status, 1);
    EXPECT_THAT(strict.err, HasSubstr("the class folder 'emu' is empty"));
    EXPECT_FALSE(fs::exists(model()));
    const CommandResult lenient = run(training({"--corrupt", "skip"}, "1"));
    EXPECT_EQ(lenient.status, 0) << lenient.err;
    EXPECT_THAT(lenient.err, HasSubstr("torn.png was left out: truncated PNG"));
    EXPECT_EQ(lenient.json()["per_class"].size(), 4u);
}

TEST_F(OwnPictures, AreLookedInto) {
    write_classes();
    write("pictures/cat/again.png", picture(0, 0));  // a car's
    write_file("pictures/dog/torn.png", "\x89PNG");
    const CommandResult result = run({"inspect", pictures(), "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const json got = result.json();
    EXPECT_EQ(got["classes"], (json{"car", "cat", "cup", "dog"}));
    EXPECT_EQ(got["train"]["per_class"], (json{30, 31, 30, 30}));
    EXPECT_EQ(got["train"]["sizes"], json::parse(R"([{"width": 16, "height": 16, "images": 121}])"));
    EXPECT_EQ(got["train"]["mean"].size(), 3u);
    EXPECT_EQ(got["duplicates"]["images"], 1);
    EXPECT_EQ(got["duplicates"]["across_classes"], 1);
    ASSERT_EQ(got["unreadable"].size(), 1u);
    EXPECT_THAT(got["unreadable"][0]["file"].get<std::string>(), HasSubstr("torn.png"));
    const std::string text = run({"inspect", pictures()}).out;
    EXPECT_THAT(text, HasSubstr("exact duplicates: 1 images; in 0 cases in more than one part, in 1 with more than one class"));
    EXPECT_THAT(text, HasSubstr("unreadable: 1 files"));
}

TEST_F(OwnPictures, NamedSetsAreLookedIntoForDuplicates) {
    write_sample_mnist(folder_, 20, 10);
    const json got = run({"inspect", "mnist", "--data-dir", folder_.string(), "--json"}).json();
    EXPECT_EQ(got["duplicates"]["images"], 0);
}

TEST_F(OwnPictures, WhatUsersGetWrong) {
    write_classes();
    const auto error = [&](std::vector<std::string> more) {
        const CommandResult result = run(training(std::move(more)));
        EXPECT_EQ(result.status, 1);
        return result.err;
    };
    EXPECT_THAT(error({"--image-size", "0"}), HasSubstr("[--image-size] '0' is no size"));
    EXPECT_THAT(error({"--image-size", "64x"}), HasSubstr("[--image-size] '64x' is no size"));
    EXPECT_THAT(error({"--fit", "crop"}), HasSubstr("name the size with --image-size"));
    EXPECT_THAT(error({"--data-memory", "12X"}), HasSubstr("[--data-memory] '12X' is no size"));
    EXPECT_THAT(error({"--data-memory", "1K"}), HasSubstr("two batches"));
    EXPECT_THAT(error({"--test-split", "0"}), HasSubstr("both need some"));
    EXPECT_THAT(run({"train", "--network", "keras-mnist", "--data", folder_ / "none", "--out", model()}).err, HasSubstr("there is no such folder"));
    EXPECT_THAT(run({"train", "--network", "keras-mnist", "--test-split", "0.5", "--data-dir", folder_.string(), "--out", model()}).err,
                HasSubstr("has a test set of its own"));
    fs::create_directories(folder_ / "one/cat");
    write("one/cat/1.png", picture(1, 1));
    EXPECT_THAT(run({"train", "--network", "keras-cifar10", "--data", folder_ / "one", "--out", model()}).err, HasSubstr("has one class, 'cat'"));
}

TEST_F(OwnPictures, JpegSample) {
    const char* data = std::getenv("HEKLA_DATA_DIR");
    const std::string sample = data ? std::string(data) + "/cifar10-jpeg-sample.tar.xz" : "";
    if (!data || !fs::exists(sample)) GTEST_SKIP() << "HEKLA_DATA_DIR holds no cifar10-jpeg-sample.tar.xz";
    fs::create_directories(pictures());
    ASSERT_EQ(std::system(("tar -xJf '" + sample + "' -C '" + pictures() + "' --strip-components=1").c_str()), 0);
    write_file("pictures/cat/torn.jpg", "\xff\xd8\xff\xe0 torn");
    const CommandResult result = run(training({"--corrupt", "skip", "--data-memory", "400K"}, "1"));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("torn.jpg was left out"));
    EXPECT_THAT(result.err, HasSubstr("device busy"));
    EXPECT_EQ(result.json()["per_class"].size(), 10u);
    RecordProperty("device_busy", result.json()["device_busy"].dump());
}

}  // namespace
}  // namespace hekla::test
