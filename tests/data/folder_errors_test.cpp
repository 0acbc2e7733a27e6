// What people get wrong with folders of pictures, and files that are no samples.

#include <filesystem>

#include <hekla/data.h>

#include "picture_folder.h"

namespace hekla::data {
namespace {

using test::Bytes;
using test::flat;
using test::message_of;
using test::TemporaryFolder;
using test::write_bytes;
using test::write_png;

class FolderErrors : public testing::Test {
  protected:
    FolderErrors() { write_png(folder_ / "cat/good.png", flat(2, 2, {1})); }
    FolderSets load(bool skip) { return folder(folder_.string(), {.skip_unreadable = skip}); }
    std::string error() {
        return message_of([&] { load(false); });
    }
    /// `name` is an error that gives `reason`, or is left out, as chosen; the others are there.
    void expect_unusable(const std::string& name, const std::string& reason) {
        const std::string message = error();
        EXPECT_HAS(message, name);
        EXPECT_HAS(message, reason);
        EXPECT_HAS(message, "--corrupt skip");
        const FolderSets sets = load(true);
        EXPECT_EQ(sets.train.size(), 1u);
        ASSERT_EQ(sets.skipped.size(), 1u);
        EXPECT_EQ(sets.skipped[0].path, folder_ / name);
        EXPECT_HAS(sets.skipped[0].reason, reason);
    }

    TemporaryFolder folder_;
    const Bytes good_ = test::bytes_of(io::encode_png(flat(2, 2, {1})));
};

TEST_F(FolderErrors, TruncatedPicture) {
    write_bytes(folder_ / "cat/half.png", {good_.begin(), good_.end() - 15});
    expect_unusable("cat/half.png", "truncated");
}

TEST_F(FolderErrors, DamagedPicture) {
    Bytes damaged = good_;
    damaged[damaged.size() - 14] ^= 0x55;
    write_bytes(folder_ / "cat/damaged.png", damaged);
    expect_unusable("cat/damaged.png", "checksum");
}

TEST_F(FolderErrors, PixelsThatAreTooFew) {  // whole chunks: only decoding shows it
    write_bytes(folder_ / "cat/short.png", test::png(2, 2, 8, {0, 1, 2}));
    expect_unusable("cat/short.png", "picture");
}

TEST_F(FolderErrors, EmptyFile) {
    write_bytes(folder_ / "cat/empty.jpg", {});
    expect_unusable("cat/empty.jpg", "empty");
}

TEST_F(FolderErrors, HugePictureIsNotDecoded) {
    write_bytes(folder_ / "cat/huge.png", test::png(60000, 60000, 8, {0}));
    expect_unusable("cat/huge.png", "60000 x 60000 pixels, too large");
}

TEST_F(FolderErrors, AnimatedPicture) {
    Bytes frames;
    test::append_word(frames, 2);
    test::append_word(frames, 0);
    write_bytes(folder_ / "cat/moving.png", test::png(2, 2, 8, {0, 1, 2, 0, 3, 4}, test::png_chunk("acTL", frames)));
    expect_unusable("cat/moving.png", "animated");
}

TEST_F(FolderErrors, OtherFormats) {
    write_bytes(folder_ / "cat/moving.gif", test::bytes_of("GIF89a and more"));
    expect_unusable("cat/moving.gif", "a GIF");
}

TEST_F(FolderErrors, AllAreNamedAtOnce) {
    for (int i = 0; i < 12; ++i) write_bytes(folder_ / ("cat/" + std::to_string(i) + ".jpg"), {1, 2, 3});
    const std::string message = error();
    EXPECT_HAS(message, "12 files");
    EXPECT_HAS(message, "0.jpg");
    EXPECT_HAS(message, "and 2 more");
}

TEST_F(FolderErrors, SixteenBitsAreReadAndTold) {
    write_bytes(folder_ / "cat/deep.png", test::png(2, 2, 16, {0, 9, 255, 9, 255, 0, 9, 255, 9, 255}));
    const FolderSets sets = load(false);
    ASSERT_EQ(sets.notes.size(), 1u);
    EXPECT_HAS(sets.notes[0], "deep.png: has 16 bits");
    EXPECT_EQ(sets.train.image(0)[0], 9);
}

TEST_F(FolderErrors, OtherFilesArePassedOver) {
    write_bytes(folder_ / "cat/readme.txt", {1});
    write_bytes(folder_ / "cat/.DS_Store", {1});
    const FolderSets sets = load(false);
    EXPECT_EQ(sets.train.size(), 1u);
    ASSERT_EQ(sets.notes.size(), 1u);
    EXPECT_HAS(sets.notes[0], "1 files that are no pictures were passed over (readme.txt)");
}

TEST_F(FolderErrors, EmptyClassFolder) {
    std::filesystem::create_directory(folder_ / "dog");
    EXPECT_HAS(error(), "the class folder 'dog' is empty");
    const FolderSets sets = load(true);
    EXPECT_EQ(sets.train.classes, std::vector<std::string>{"cat"});
    ASSERT_EQ(sets.notes.size(), 1u);
}

TEST_F(FolderErrors, AClassWithoutOneUsablePicture) {
    write_bytes(folder_ / "dog/1.png", {1});
    EXPECT_HAS(message_of([&] { load(true); }), "no picture of the class 'dog' can be read");
}

TEST_F(FolderErrors, PicturesBesideClassFolders) {
    write_bytes(folder_ / "lost.png", good_);
    EXPECT_HAS(error(), "both pictures (lost.png) and folders (cat)");
}

TEST_F(FolderErrors, PicturesWithoutClassFolders) {
    EXPECT_HAS(message_of([&] { folder(folder_ / "cat"); }), "put the pictures of each class in a folder of its own");
}

TEST_F(FolderErrors, NoFolder) {
    EXPECT_HAS(message_of([&] { folder(folder_ / "none"); }, ErrorCode::not_found), "there is no such folder");
    EXPECT_HAS(message_of([&] { folder(folder_ / "cat/good.png"); }), "is a file, not a folder");
}

TEST_F(FolderErrors, FolderOfANamedSet) {
    write_bytes(folder_ / "mnist/train-images-idx3-ubyte", {1});
    EXPECT_HAS(message_of([&] { folder(folder_ / "mnist"); }), "--data-dir");
}

TEST_F(FolderErrors, TestClassThatIsNotTrained) {
    for (const char* name : {"train/a/1.png", "test/a/1.png", "test/b/1.png"}) write_bytes(folder_ / ("parts/" + std::string(name)), good_);
    EXPECT_HAS(message_of([&] { folder(folder_ / "parts"); }), "'b' is none of the 1 that the training has");
    write_bytes(folder_ / "parts/old/a/1.png", good_);
    EXPECT_HAS(message_of([&] { folder(folder_ / "parts"); }), "lies beside 'train'");
}

TEST_F(FolderErrors, LinksInACircle) {
    std::error_code error_code;
    std::filesystem::create_directory(folder_ / "dog");
    std::filesystem::create_directory_symlink(folder_.string(), folder_ / "dog/again", error_code);
    if (error_code) GTEST_SKIP() << "no links here: " << error_code.message();
    EXPECT_HAS(error(), "is a link to a folder that it lies in");
}

TEST_F(FolderErrors, HalfASize) {
    EXPECT_HAS(message_of([&] { folder(folder_.string(), {.height = 8}); }, ErrorCode::invalid_argument), "a height and a width");
}

}  // namespace
}  // namespace hekla::data
