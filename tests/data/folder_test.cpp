// Folders of pictures by class: layouts, sizes, colours, trees.

#include <algorithm>
#include <filesystem>

#include <hekla/data.h>

#include "picture_folder.h"

namespace hekla::data {
namespace {

using test::Bytes;
using test::flat;
using test::message_of;
using test::TemporaryFolder;
using test::write_png;

using Names = std::vector<std::string>;
using Labels = std::vector<std::uint32_t>;

class Folder : public testing::Test {
  protected:
    void grey(const std::string& name, std::uint8_t value, std::uint32_t height = 2, std::uint32_t width = 2) {
        write_png(folder_ / name, flat(height, width, {value}));
    }
    FolderSets load(const FolderOptions& options = {}) { return folder(folder_.string(), options); }
    std::string error(const FolderOptions& options = {}, ErrorCode code = ErrorCode::invalid_file) {
        return message_of([&] { load(options); }, code);
    }

    TemporaryFolder folder_;
};

TEST_F(Folder, LabelsAreThePlacesOfTheSortedClassFolders) {
    grey("b/2.png", 20);
    grey("b/1.PNG", 10);
    grey("a/x.png", 30);
    grey("B/y.png", 40);
    const FolderSets sets = load();
    EXPECT_EQ(sets.train.classes, (Names{"B", "a", "b"}));
    EXPECT_EQ(sets.train.labels, (Labels{0, 1, 2, 2}));
    EXPECT_EQ(sets.train.image_shape, (Shape{2, 2, 1}));
    EXPECT_EQ(sets.train.images, (Bytes{40, 40, 40, 40, 30, 30, 30, 30, 10, 10, 10, 10, 20, 20, 20, 20}));
    EXPECT_TRUE(sets.train.parents.empty());
    EXPECT_EQ(sets.test.size(), 0u);
    EXPECT_EQ(sets.validation.size(), 0u);
}

TEST_F(Folder, TakesFoldersForTrainingValidationAndTest) {
    for (const std::string part : {"train", "val", "test"})
        for (const std::string name : {"cat", "dog"}) grey(part + "/" + name + "/1.png", 1);
    grey("test/dog/2.png", 9);
    const FolderSets sets = load();
    EXPECT_EQ(sets.train.size(), 2u);
    EXPECT_EQ(sets.validation.size(), 2u);
    EXPECT_EQ(sets.test.labels, (Labels{0, 1, 1}));
    EXPECT_EQ(sets.test.classes, sets.train.classes);
}

TEST_F(Folder, ValidationAloneIsTheTest) {
    grey("train/cat/1.png", 1);
    grey("validation/cat/1.png", 2);
    const FolderSets sets = load();
    EXPECT_EQ(sets.test.size(), 1u);
    EXPECT_EQ(sets.validation.size(), 0u);
}

TEST_F(Folder, AClassMayBeCalledTrain) {
    for (const std::string name : {"car", "test", "train"}) grey(name + "/1.png", 1);
    EXPECT_EQ(load().train.classes, (Names{"car", "test", "train"}));
}

TEST_F(Folder, FoldersOfGroupsFormATree) {
    grey("animal/bird/owl/1.png", 1);
    grey("animal/cat/1.png", 2);
    grey("thing/1.png", 3);
    const FolderSets sets = load();
    EXPECT_EQ(sets.train.classes, (Names{"animal/bird/owl", "animal/cat", "thing"}));
    EXPECT_EQ(sets.train.parents, (std::vector<Names>{{"animal", "bird"}, {"animal"}, {}}));
    const auto levels = class_levels(sets.train.classes, sets.train.parents);
    ASSERT_EQ(levels.size(), 2u);
    EXPECT_EQ(levels[0].names, (Names{"animal", "thing"}));
    EXPECT_EQ(levels[0].group_of, (Labels{0, 0, 1}));
    EXPECT_EQ(levels[1].names, (Names{"animal/bird", "animal/cat", "thing"}));
    const std::vector<float> probabilities = {0.25f, 0.5f, 0.25f};
    EXPECT_EQ(group_probabilities(levels[0], probabilities), (std::vector<double>{0.75, 0.25}));
    EXPECT_EQ(group_probabilities(levels[1], probabilities), (std::vector<double>{0.25, 0.5, 0.25}));
}

TEST_F(Folder, OneColouredPictureMakesAllThreeChannels) {
    grey("a/1.png", 7);
    write_png(folder_ / "a/2.png", flat(2, 2, {1, 2, 3}));
    write_png(folder_ / "b/1.png", flat(2, 2, {100, 50, 200, 128}));
    const FolderSets sets = load();
    EXPECT_EQ(sets.train.image_shape, (Shape{2, 2, 3}));
    EXPECT_EQ(sets.train.images[0], 7);
    EXPECT_EQ(sets.train.images[2], 7);
    EXPECT_EQ(sets.train.images[13], 2);
    EXPECT_EQ(sets.train.images[24], 50) << "alpha is laid over black";
    EXPECT_EQ(load({.channels = 1}).train.image_shape, (Shape{2, 2, 1}));
}

TEST_F(Folder, UnequalSizesAskForOne) {
    grey("a/1.png", 1, 8, 16);
    grey("b/2.png", 1, 16, 8);
    const std::string message = error();
    EXPECT_HAS(message, folder_ / "a/1.png" + "' is 16 x 8");
    EXPECT_HAS(message, folder_ / "b/2.png" + "' is 8 x 16");
    EXPECT_HAS(message, "--image-size");
    EXPECT_EQ(load({.height = 4, .width = 6}).train.image_shape, (Shape{4, 6, 1}));
}

TEST_F(Folder, PhotosAskForASize) {
    grey("a/1.png", 1, 300, 200);
    EXPECT_HAS(error(), "--image-size");
    grey("b/1.png", 1, 2000, 3000);
    EXPECT_EQ(load({.height = 8, .width = 8}).train.size(), 2u);
}

TEST_F(Folder, CropCutsAndPadFills) {
    io::Image picture = flat(4, 8, {100});
    for (std::uint32_t y = 0; y < 4; ++y)
        for (std::uint32_t x : {0u, 1u, 6u, 7u}) picture.pixels[y * 8 + x] = 200;
    write_png(folder_ / "a/1.png", picture);
    EXPECT_EQ(load({.height = 4, .width = 4, .fit = ImageFit::crop}).train.images, Bytes(16, 100));
    const Bytes padded = load({.height = 8, .width = 8, .fit = ImageFit::pad}).train.images;
    EXPECT_EQ(padded[8 + 3], 0);
    EXPECT_EQ(padded[2 * 8 + 3], 100);
    EXPECT_EQ(padded[5 * 8], 200);
    EXPECT_EQ(padded[6 * 8], 0);
    const Bytes stretched = load({.height = 4, .width = 4}).train.images;
    EXPECT_EQ(stretched[0], 200);
    EXPECT_EQ(stretched[1], 100);
}

TEST_F(Folder, WhatIsMoreThanTheMemoryIsReadAgain) {
    for (std::uint8_t i = 0; i < 6; ++i) grey((i % 2 ? "a/" : "b/") + std::to_string(i) + ".png", i);
    const Dataset held = load().train, read = load({.memory = 1}).train;
    EXPECT_TRUE(read.source);
    EXPECT_TRUE(read.images.empty());
    EXPECT_EQ(read.labels, held.labels);
    for (std::uint64_t i = 0; i < held.size(); ++i) EXPECT_EQ(read.read_image(i), held.read_image(i));
    auto [rest, chosen] = read.split(2, 5);
    const auto [held_rest, held_chosen] = held.split(2, 5);
    EXPECT_EQ(chosen.read_image(1), held_chosen.read_image(1));
    rest.append(chosen);
    EXPECT_EQ(rest.read_image(3), held_rest.read_image(3));
    EXPECT_EQ(rest.read_image(5), held_chosen.read_image(1));
    std::filesystem::remove(folder_ / "a/1.png");
    EXPECT_HAS(message_of([&] { read.read_image(0); }, ErrorCode::not_found), "1.png");
}

TEST_F(Folder, TakesTheClassesGiven) {
    grey("dog/1.png", 1);
    const FolderOptions options{.classes = {"dog", "cat"}};
    EXPECT_EQ(load(options).train.labels, Labels{0});
    EXPECT_EQ(load(options).train.classes, (Names{"dog", "cat"}));
    grey("emu/1.png", 1);
    EXPECT_HAS(error(options), "'emu' is none of the 2 that the model knows");
}

}  // namespace
}  // namespace hekla::data
