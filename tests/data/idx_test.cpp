// The IDX reader: right bytes from right files, an Error that names the place from all others.

#include "data/idx.h"

#include <random>

#include "sample_files.h"

namespace hekla::data {
namespace {

using test::Bytes;
using test::gzip;
using test::idx_images;
using test::idx_labels;
using test::message_of;

const std::vector<std::string> ten(10, "class");

IdxImages images(const Bytes& bytes) { return read_idx_images(ByteSource("pictures", bytes)); }
Bytes labels(const Bytes& bytes) { return read_idx_labels(ByteSource("marks", bytes)); }
std::string images_error(const Bytes& bytes) {
    return message_of([&] { images(bytes); });
}

TEST(Idx, ReadsPlainAndGzip) {
    const Bytes file = idx_images(3, 4, 5);
    for (const Bytes& bytes : {file, gzip(file)}) {
        const IdxImages read = images(bytes);
        EXPECT_EQ(read.count, 3u);
        EXPECT_EQ(read.height, 4u);
        EXPECT_EQ(read.width, 5u);
        EXPECT_EQ(read.bytes, Bytes(file.begin() + 16, file.end()));
    }
    EXPECT_EQ(labels(gzip(idx_labels({1, 2, 9}))), (Bytes{1, 2, 9}));
}

TEST(Idx, MakesADataset) {
    const Dataset set = read_idx_dataset("tiny", ByteSource("a", idx_images(2, 3, 4)),
                                         ByteSource("b", idx_labels({7, 0})), ten);
    EXPECT_EQ(set.size(), 2u);
    EXPECT_EQ(set.image_shape, (Shape{3, 4, 1}));
    EXPECT_EQ(set.labels, (std::vector<std::uint32_t>{7, 0}));
}

TEST(Idx, EveryTruncationIsAnError) {
    const Bytes file = idx_images(3, 4, 5), packed = gzip(file);
    for (std::size_t n = 0; n < file.size(); ++n) {
        const std::string error = images_error(Bytes(file.begin(), file.begin() + n));
        EXPECT_HAS(error, "pictures");
        EXPECT_HAS(error, "truncated");
    }
    for (std::size_t n = 0; n < packed.size(); ++n) {
        EXPECT_HAS(images_error(Bytes(packed.begin(), packed.begin() + n)), "truncated");
    }
    const Bytes marks = idx_labels({1, 2, 3});
    for (std::size_t n = 0; n < marks.size(); ++n) {
        const Bytes part(marks.begin(), marks.begin() + n);
        EXPECT_HAS(message_of([&] { labels(part); }), "marks");
    }
}

TEST(Idx, TruncationTellsExpectedAndGot) {
    Bytes file = idx_images(3, 4, 5);
    file.resize(50);
    const std::string error = images_error(file);
    EXPECT_HAS(error, "byte 50");
    EXPECT_HAS(error, "announces 60 bytes, got 34");
}

TEST(Idx, TrailingBytesAreAnError) {
    Bytes file = idx_images(1, 2, 2);
    file.push_back(0);
    EXPECT_HAS(images_error(file), "trailing bytes from byte 20");
    EXPECT_HAS(images_error(gzip(file)), "trailing bytes from byte 20");
    Bytes packed = gzip(idx_images(1, 2, 2));
    packed.push_back(1);
    EXPECT_HAS(images_error(packed), "trailing bytes after the end of the gzip data");
}

TEST(Idx, WrongMagicIsAnError) {
    EXPECT_HAS(images_error(idx_labels({1, 2})), "0x00000801 at byte 0");
    EXPECT_HAS(images_error(idx_labels({1, 2})), "a file of labels");
    EXPECT_HAS(message_of([] { labels(idx_images(1, 2, 2)); }), "a file of images");
    const std::string page = "<!DOCTYPE html><html>404</html>";
    EXPECT_HAS(images_error(Bytes(page.begin(), page.end())), "wrong magic number 0x3c21444f");
}

TEST(Idx, WrongDimensionsAreAnError) {
    for (std::size_t word = 1; word < 4; ++word) {
        Bytes file = idx_images(2, 3, 4);
        std::fill_n(file.begin() + 4 * word, 4, 0);
        EXPECT_HAS(images_error(file), "at byte " + std::to_string(4 * word) + " is 0");
        std::fill_n(file.begin() + 4 * word, 4, 0xff);
        images_error(file);  // must not try to make room for what the header announces
    }
}

TEST(Idx, CorruptGzipIsAnError) {
    const Bytes packed = gzip(idx_images(3, 4, 5));
    Bytes checksum = packed;
    checksum[packed.size() - 8] ^= 1;
    EXPECT_HAS(images_error(checksum), "corrupt gzip data");
    EXPECT_HAS(images_error(checksum), "incorrect data check");
    Bytes length = packed;
    length[packed.size() - 1] ^= 1;
    EXPECT_HAS(images_error(length), "incorrect length check");
    Bytes method = packed;
    method[2] = 99;
    EXPECT_HAS(images_error(method), "unknown compression method");
}

TEST(Idx, CountsMustAgreeAndLabelsHaveAClass) {
    const auto read = [](const Bytes& marks) {
        return message_of([&] {
            read_idx_dataset("tiny", ByteSource("a", idx_images(2, 3, 4)),
                             ByteSource("b", idx_labels(marks)), ten);
        });
    };
    EXPECT_HAS(read({1, 2, 3}), "a has 2 images, but b has 3 labels");
    EXPECT_HAS(read({1, 10}), "b: label 1 at byte 9 is 10");
}

TEST(Idx, ShortFuzz) {
    std::mt19937_64 random(20240601);
    const Bytes plain = idx_images(3, 4, 5);
    const std::vector<Bytes> seeds{plain, gzip(plain), idx_labels({1, 2, 3})};
    int whole = 0;
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes = seeds[random() % seeds.size()];
        for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
            bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
        }
        if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
        try {
            images(bytes);
            labels(bytes);
        } catch (const Error&) {
            continue;
        }
        ++whole;
    }
    EXPECT_EQ(whole, 0);  // no file is both images and labels
}

}  // namespace
}  // namespace hekla::data
