// Pictures: the four formats, damage of every kind, resizing.

#include <random>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <hekla/io.h>
#include "../data/sample_files.h"

namespace hekla::io {
namespace {

using test::message_of;
using test::TemporaryFolder;

Image sample(std::uint32_t height, std::uint32_t width, std::uint32_t channels) {
    Image image{height, width, channels, {}};
    for (std::uint32_t i = 0; i < height * width * channels; ++i) {
        image.pixels.push_back(static_cast<std::uint8_t>(i * 5 + 3));
    }
    return image;
}

void append(void* user, void* bytes, int count) {
    static_cast<std::string*>(user)->append(static_cast<const char*>(bytes),
                                            static_cast<std::size_t>(count));
}

std::string encode(const std::string& format, const Image& image) {
    std::string file;
    const int width = static_cast<int>(image.width), height = static_cast<int>(image.height);
    const int channels = static_cast<int>(image.channels);
    const auto* pixels = image.pixels.data();
    stbi_write_tga_with_rle = format == "tga-rle";
    if (format == "bmp") stbi_write_bmp_to_func(append, &file, width, height, channels, pixels);
    if (format == "jpg") stbi_write_jpg_to_func(append, &file, width, height, channels, pixels, 90);
    if (format.starts_with("tga")) {
        stbi_write_tga_to_func(append, &file, width, height, channels, pixels);
    }
    if (format == "png") file = encode_png(image);
    return file;
}

Image parse(const std::string& bytes) {
    return parse_image(std::as_bytes(std::span(bytes)), "picture");
}

TEST(Image, LosslessFormatsKeepEveryPixel) {
    for (const std::uint32_t channels : {1u, 3u, 4u}) {
        const Image image = sample(5, 7, channels);
        for (const std::string format : {"png", "tga", "tga-rle", "bmp"}) {
            if (format == "bmp" && channels != 3) continue;  // stb writes grey as RGB
            const Image read = parse(encode(format, image));
            EXPECT_EQ(read.height, 5u) << format;
            EXPECT_EQ(read.width, 7u) << format;
            EXPECT_EQ(read.channels, channels) << format;
            EXPECT_EQ(read.pixels, image.pixels) << format << " " << channels;
        }
    }
}

TEST(Image, Jpeg) {
    Image image = sample(16, 24, 3);
    image.pixels.assign(image.pixels.size(), 200);
    const Image read = parse(encode("jpg", image));
    EXPECT_EQ(read.channels, 3u);
    for (const int value : read.pixels) EXPECT_NEAR(value, 200, 3);
}

TEST(Image, EveryTruncationIsAnError) {
    // 32 x 4 bytes a row: one row fills stb's look-ahead buffer exactly
    for (const Image& image : {sample(9, 11, 3), sample(3, 32, 4)}) {
        for (const std::string format : {"png", "jpg", "bmp", "tga", "tga-rle"}) {
            const std::string whole = encode(format, image);
            // stb_image_write ends a TGA with its last pixel and a JPEG with the end marker
            EXPECT_NO_THROW(parse(whole)) << format;
            for (std::size_t n = 0; n < whole.size(); ++n) {
                EXPECT_THROW(parse(whole.substr(0, n)), Error) << format << " cut at " << n;
            }
        }
    }
}

TEST(Image, DamagedPngIsAnError) {
    const std::string whole = encode_png(sample(9, 11, 3));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        EXPECT_THROW(parse(bytes), Error) << at;
    }
    std::string bytes = whole;
    bytes[50] = static_cast<char>(bytes[50] ^ 1);
    EXPECT_HAS(message_of([&] { parse(bytes); }), "picture: damaged PNG: wrong checksum");
}

TEST(Image, JpegWithTooManyCodesIsAnError) {
    std::string bytes = encode("jpg", sample(9, 11, 3));
    const std::size_t tables = bytes.find("\xff\xc4");
    ASSERT_NE(tables, std::string::npos);
    for (std::size_t i = 0; i < 16; ++i) bytes[tables + 5 + i] = '\xff';
    EXPECT_HAS(message_of([&] { parse(bytes); }), "picture: damaged JPEG: Huffman tables");
}

TEST(Image, NoPictureIsAnError) {
    EXPECT_HAS(message_of([] { parse(""); }), "picture: is empty");
    EXPECT_HAS(message_of([] { parse("just some text, and rather more than a header of it\n"); }),
               "is no PNG, JPEG, BMP or TGA picture");
    EXPECT_HAS(message_of([] { parse("GIF89a and the rest of a file"); }), "is a GIF: PNG");
    EXPECT_THROW(parse(std::string(200, '\0')), Error);
    EXPECT_THROW(parse(std::string("\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\x18\0", 18)), Error);  // 0 x 0
}

TEST(Image, HugePictureIsRefusedBeforeItIsDecoded) {
    std::string bytes = encode_png(sample(4, 4, 3));
    for (const std::size_t at : {18u, 22u}) bytes[at] = '\x40';  // 16,388 x 16,388
    EXPECT_HAS(message_of([&] { parse(bytes); }), "16388 x 16388 pixels, too large");
    for (const std::size_t at : {16u, 20u}) bytes[at] = '\x7f';
    EXPECT_THROW(parse(bytes), Error);
    for (std::size_t at = 16; at < 24; ++at) bytes[at] = '\0';
    EXPECT_THROW(parse(bytes), Error);  // 0 x 0
}

TEST(Image, FilesAreNamed) {
    const TemporaryFolder folder;
    EXPECT_HAS(message_of([&] { read_image(folder / "none.png"); }, ErrorCode::not_found),
               folder / "none.png");
    EXPECT_HAS(message_of([&] { read_image(folder.string()); }), "it is a folder");
    write_file(folder / "empty.png", std::string());
    EXPECT_HAS(message_of([&] { read_image(folder / "empty.png"); }),
               (folder / "empty.png") + ": is empty");
    write_file(folder / "a.png", encode_png(sample(2, 3, 1)));
    EXPECT_EQ(read_image(folder / "a.png").pixels, sample(2, 3, 1).pixels);
}

TEST(Image, ResizeAveragesAndInterpolates) {
    Image image{4, 4, 1, {0, 100, 10, 10, 100, 200, 10, 10, 0, 0, 50, 60, 0, 0, 70, 80}};
    const Image half = resized(image, 2, 2, 1);
    EXPECT_EQ(half.pixels, (std::vector<std::uint8_t>{100, 10, 0, 65}));
    EXPECT_EQ(resized(image, 4, 4, 1).pixels, image.pixels);
    const Image wide = resized(Image{1, 2, 1, {0, 100}}, 1, 4, 1);
    EXPECT_EQ(wide.pixels, (std::vector<std::uint8_t>{0, 25, 75, 100}));
    const Image flat = resized(Image{7, 5, 3, std::vector<std::uint8_t>(105, 90)}, 3, 11, 3);
    EXPECT_EQ(flat.pixels, std::vector<std::uint8_t>(99, 90));
}

TEST(Image, ResizeConvertsChannels) {
    const Image colour{1, 3, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255}};
    EXPECT_EQ(resized(colour, 1, 3, 1).pixels, (std::vector<std::uint8_t>{76, 150, 29}));
    const Image grey{1, 1, 1, {77}};
    EXPECT_EQ(resized(grey, 1, 1, 3).pixels, (std::vector<std::uint8_t>{77, 77, 77}));
    const Image clear{1, 2, 4, {200, 100, 50, 255, 200, 100, 50, 51}};
    EXPECT_EQ(resized(clear, 1, 2, 3).pixels,
              (std::vector<std::uint8_t>{200, 100, 50, 40, 20, 10}));
}

TEST(Image, CallersMistakesAreErrors) {
    const Image bad{2, 2, 1, {1, 2, 3}}, good = sample(2, 2, 1);
    const auto error = [](const std::function<void()>& action) {
        return message_of(action, ErrorCode::invalid_argument);
    };
    EXPECT_HAS(error([&] { resized(bad, 1, 1, 1); }), "2 x 2 x 1 with 3 bytes");
    error([&] { encode_png(bad); });
    error([&] { resized(good, 0, 1, 1); });
    error([&] { resized(good, 1, 1, 2); });
    error([&] { resized(good, 1u << 31, 1u << 31, 1); });
}

TEST(Image, PngBytesAreTheSameEachTime) {
    EXPECT_EQ(encode_png(sample(9, 9, 4)), encode_png(sample(9, 9, 4)));
}

TEST(Image, ShortFuzz) {
    std::mt19937_64 random(3);
    std::vector<std::string> files;
    for (const std::string format : {"png", "jpg", "bmp", "tga", "tga-rle"}) {
        files.push_back(encode(format, sample(8, 8, 3)));
    }
    // a progressive JPEG, as far as its first scan goes: that decoder is another one
    std::string progressive =
        encode("jpg", Image{8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3, 200)});
    progressive[progressive.find("\xff\xc0") + 1] = '\xc2';
    const std::size_t scan = progressive.find("\xff\xda");
    progressive[scan + 12] = 0;  // coefficients 0 to 0
    EXPECT_EQ(parse(progressive).width, 8u);
    files.push_back(progressive);
    int errors = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = files[random() % files.size()];
        for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        // a picture of many pixels is slow, not wrong: keep the sizes small
        if (bytes[0] == 0) bytes[13] = bytes[15] = 0;
        try {
            parse(bytes);
        } catch (const Error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 5000);
}

}  // namespace
}  // namespace hekla::io
