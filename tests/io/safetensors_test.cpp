// Safetensors: round trips, fixed bytes, and hostile files.

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <hekla/io.h>
#include "../data/sample_files.h"

namespace hekla::io {
namespace {

using test::message_of;
using test::TemporaryFolder;

Safetensors sample() {
    Safetensors file;
    file.metadata = {{"format", "hekla"}, {"classes", "[\"a\", \"\u00e9\"]"}};
    file.tensors.push_back({"dense.weight", Shape{2, 3}, {1, -2, 3.5f, 0, 1e-40f, 6}});
    file.tensors.push_back({"scalar", Shape{}, {42}});
    file.tensors.push_back({"a \"name\"", Shape{2}, {INFINITY, -0.0f}});
    return file;
}

Safetensors parse(const std::string& bytes) {
    return parse_safetensors(std::as_bytes(std::span(bytes)), "file");
}

std::string with_header(const std::string& header, const std::string& data) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
    return bytes + header + data;
}

std::string error_of(const std::string& header, const std::string& data) {
    return message_of([&] { parse(with_header(header, data)); });
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
}

template <typename T>
std::vector<float> read_as(const std::string& dtype, const std::vector<T>& values) {
    std::string data(values.size() * sizeof(T), '\0');
    std::memcpy(data.data(), values.data(), data.size());
    const std::string header = "{" +
                               entry("t", dtype, "[" + std::to_string(values.size()) + "]",
                                     "[0," + std::to_string(data.size()) + "]") +
                               "}";
    return parse(with_header(header, data)).tensors.at(0).values;
}

TEST(Safetensors, RoundTripKeepsEveryBit) {
    Safetensors file = sample();
    file.tensors[2].values[1] = std::bit_cast<float>(0x7fa00001u);  // a signalling NaN
    const Safetensors read = parse(safetensors_bytes(file));
    EXPECT_EQ(read.metadata, file.metadata);
    ASSERT_EQ(read.tensors.size(), file.tensors.size());
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        EXPECT_EQ(read.tensors[i].name, file.tensors[i].name);
        EXPECT_EQ(read.tensors[i].shape, file.tensors[i].shape);
        ASSERT_EQ(read.tensors[i].values.size(), file.tensors[i].values.size());
        EXPECT_EQ(std::memcmp(read.tensors[i].values.data(), file.tensors[i].values.data(),
                              file.tensors[i].values.size() * sizeof(float)),
                  0);
    }
}

TEST(Safetensors, BytesDependOnTheContentsAlone) {
    const TemporaryFolder folder;
    write_safetensors(folder / "a", sample());
    write_safetensors(folder / "b", read_safetensors(folder / "a"));
    EXPECT_EQ(read_file(folder / "a"), read_file(folder / "b"));
    EXPECT_EQ(read_file(folder / "a"), safetensors_bytes(sample()));
    // the format: length, header padded to 8 bytes, data
    const std::string bytes = safetensors_bytes({{{"w", Shape{1}, {1.0f}}}, {{"k", "v"}}});
    const std::string header =
        R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string padded = header;
    while (padded.size() % 8 != 0) padded += ' ';
    EXPECT_EQ(bytes, with_header(padded, std::string("\0\0\x80\x3f", 4)));
}

TEST(Safetensors, EmptyFileOfNoTensors) {
    const Safetensors read = parse(safetensors_bytes({}));
    EXPECT_TRUE(read.tensors.empty());
    EXPECT_TRUE(read.metadata.empty());
    EXPECT_EQ(parse(safetensors_bytes({{{"none", Shape{0, 3}, {}}}, {}})).tensors[0].shape,
              (Shape{0, 3}));
}

TEST(Safetensors, ReadsOtherTypes) {
    using F = std::vector<float>;
    EXPECT_EQ(read_as<std::uint16_t>("BF16", {0x3f80, 0xc040, 0x7f80}), (F{1, -3, INFINITY}));
    EXPECT_EQ(read_as<std::uint16_t>(
                  "F16", {0x3c00, 0xc200, 0x7c00, 0xfc00, 0x0001, 0x83ff, 0x7bff, 0x0000}),
              (F{1, -3, INFINITY, -INFINITY, 0x1p-24f, -1023 * 0x1p-24f, 65504, 0}));
    EXPECT_TRUE(std::isnan(read_as<std::uint16_t>("F16", {0x7e00})[0]));
    EXPECT_TRUE(std::signbit(read_as<std::uint16_t>("F16", {0x8000})[0]));
    EXPECT_EQ(read_as<double>("F64", {0.5, -1e300, 1e-300}), (F{0.5f, -INFINITY, 0}));
    EXPECT_EQ(read_as<std::int64_t>("I64", {-7, 1 << 24}), (F{-7, 16777216}));
    EXPECT_EQ(read_as<std::uint8_t>("BOOL", {0, 1}), (F{0, 1}));
    EXPECT_HAS(message_of([] {
                   read_as<std::int32_t>("I32", {1, (1 << 24) + 1});
               }),
               "element 1 (I32, data byte 4) has a value that f32 cannot hold");
    EXPECT_HAS(message_of([] { read_as<std::uint8_t>("BOOL", {2}); }), "element 0");
}

TEST(Safetensors, OverlapsGapsAndWrongLengthsAreErrors) {
    const std::string eight(8, 'x');
    const auto two = [&](const std::string& first, const std::string& second) {
        return error_of(
            "{" + entry("a", "F32", "[1]", first) + "," + entry("b", "F32", "[1]", second) + "}",
            eight);
    };
    EXPECT_HAS(two("[0,4]", "[0,4]"), "overlaps");
    EXPECT_HAS(two("[0,4]", "[2,6]"), "\"b\" starts at data byte 2 and overlaps");
    EXPECT_HAS(two("[4,8]", "[8,12]"), "beyond the 8 bytes");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[1]", "[4,8]") + "}", eight), "after a gap");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[1]", "[0,4]") + "}", eight),
               "end at data byte 4");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[2]", "[8,0]") + "}", eight), "before they begin");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[3]", "[0,8]") + "}", eight), "hold 8 bytes");
    EXPECT_HAS(error_of("{" + entry("a", "F16", "[3]", "[0,7]") + "}", eight), "hold 7 bytes");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[4294967296,4294967296]", "[0,8]") + "}", eight),
               "more elements than can be counted");
    EXPECT_HAS(error_of("{}", eight), "end at data byte 0");
}

TEST(Safetensors, DuplicateNamesAreErrors) {
    const std::string a = entry("a", "F32", "[1]", "[0,4]");
    EXPECT_HAS(error_of("{" + a + "," + a + "}", "1234"), "the name \"a\" twice");
    EXPECT_HAS(error_of(R"({"__metadata__":{"k":"1","k":"2"}})", ""), "the name \"k\" twice");
    EXPECT_HAS(
        error_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})", "1234"),
        "the name \"dtype\" twice");
    EXPECT_HAS(message_of(
                   [] {
                       safetensors_bytes({{{"a", Shape{}, {1}}, {"a", Shape{}, {1}}}, {}});
                   },
                   ErrorCode::invalid_argument),
               "twice");
}

TEST(Safetensors, MalformedHeadersAreErrors) {
    EXPECT_HAS(error_of("[1]", ""), "does not start with '{'");
    EXPECT_HAS(error_of("", ""), "does not start with '{'");
    EXPECT_HAS(error_of("{\"a\":", ""), "not valid JSON at byte 13");
    EXPECT_HAS(error_of("{\"\xff\":1}", ""), "not valid JSON");
    EXPECT_HAS(error_of(R"({"a":1})", ""), "no object");
    EXPECT_HAS(error_of(R"({"a":{}})", ""), "has no dtype");
    EXPECT_HAS(error_of(R"({"a":{"dtype":1}})", ""), "dtype is no string");
    EXPECT_HAS(error_of("{" + entry("a", "F8", "[1]", "[0,1]") + "}", "1"), "unknown dtype \"F8\"");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[-1]", "[0,4]") + "}", "1234"), "no size");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[1.0]", "[0,4]") + "}", "1234"), "no size");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "1", "[0,4]") + "}", "1234"), "shape is no list");
    EXPECT_HAS(error_of("{" + entry("a", "F32", "[1]", "[0]") + "}", "1234"), "not two entries");
    EXPECT_HAS(error_of(R"({"__metadata__":{"k":1}})", ""), "\"k\" is no string");
    EXPECT_HAS(error_of(R"({"__metadata__":[]})", ""), "__metadata__ is no object");
    EXPECT_HAS(error_of("{\"a\":" + std::string(100000, '['), ""), "nested");
    EXPECT_HAS(error_of("{\"" + std::string(1000, 'n') + "\":1}", ""), "nnn\"...");
}

TEST(Safetensors, HugeHeaderIsRefusedBeforeItIsRead) {
    for (const std::uint64_t length : {std::uint64_t(100'000'001), ~std::uint64_t(0)}) {
        std::string bytes(8, '\0');
        std::memcpy(bytes.data(), &length, 8);
        EXPECT_HAS(message_of([&] { parse(bytes + "{}"); }), "at most 100000000");
    }
    EXPECT_HAS(message_of([] { parse(std::string("\x40\0\0\0\0\0\0\0{}", 10)); }),
               "truncated: the header needs bytes 8 to 72, the file has 10");
    EXPECT_HAS(message_of([] { parse("only a text file\n"); }), "no safetensors file");
}

TEST(Safetensors, EveryTruncationIsAnError) {
    const std::string bytes = safetensors_bytes(sample());
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        EXPECT_HAS(message_of([&] { parse(bytes.substr(0, n)); }), "[safetensors] file: ");
    }
    EXPECT_HAS(message_of([&] { parse(bytes + "x"); }), "the tensors end at data byte");
}

TEST(Safetensors, WriterRefusesWhatDoesNotFit) {
    const auto error = [](const NamedTensor& tensor) {
        return message_of([&] { safetensors_bytes({{tensor}, {}}); }, ErrorCode::invalid_argument);
    };
    EXPECT_HAS(error({"t", Shape{3}, {1, 2}}), "has 2 values, its shape 3 needs 3");
    EXPECT_HAS(error({"__metadata__", Shape{}, {1}}), "the format keeps");
    EXPECT_HAS(error({"\xff", Shape{}, {1}}), "UTF-8");
}

TEST(Safetensors, MissingFileAndFolder) {
    const TemporaryFolder folder;
    EXPECT_HAS(message_of([&] { read_safetensors(folder / "none"); }, ErrorCode::not_found),
               folder / "none");
    EXPECT_HAS(message_of([&] { read_safetensors(folder.string()); }), "it is a folder");
}

TEST(Safetensors, ShortFuzz) {
    std::mt19937_64 random(5);
    const std::string whole = safetensors_bytes(sample());
    int errors = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = whole;
        for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
            char& byte = bytes[random() % bytes.size()];
            byte = random() % 2 ? static_cast<char>(random())
                                : static_cast<char>(byte ^ 1 << random() % 8);
        }
        if (random() % 8 == 0) bytes.erase(random() % bytes.size(), random() % 16);
        try {
            parse(bytes);
        } catch (const Error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 10000);
}

}  // namespace
}  // namespace hekla::io
