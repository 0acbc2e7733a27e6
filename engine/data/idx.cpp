#include "data/idx.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <hekla/error.h>

namespace hekla::data {

namespace {

constexpr std::uint32_t images_magic = 0x00000803;  // unsigned bytes, 3 dimensions
constexpr std::uint32_t labels_magic = 0x00000801;  // unsigned bytes, 1 dimension
constexpr std::uint32_t max_side = 4096;
constexpr std::uint64_t max_contents_bytes = std::uint64_t(1) << 31;

std::string hex(std::uint32_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", value);
    return text;
}

std::uint32_t read_word(ByteSource& source, const char* what) {
    const std::uint64_t at = source.offset();
    const auto bytes = source.read(4);
    if (bytes.size() < 4) {
        source.fail("truncated: " + std::string(what) + " at byte " + std::to_string(at) +
                    " needs 4 bytes, got " + std::to_string(bytes.size()));
    }
    return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 |
           std::uint32_t(bytes[2]) << 8 | bytes[3];
}

void check_magic(ByteSource& source, std::uint32_t expected, const char* what) {
    const std::uint32_t magic = read_word(source, "the magic number");
    if (magic == expected) return;
    std::string hint;
    if (magic == labels_magic) hint = " (this is a file of labels)";
    if (magic == images_magic) hint = " (this is a file of images)";
    source.fail("wrong magic number " + hex(magic) + " at byte 0, an IDX file of " + what +
                " starts with " + hex(expected) + hint);
}

std::uint32_t read_dimension(ByteSource& source, const char* what, std::uint32_t largest) {
    const std::uint64_t at = source.offset();
    const std::uint32_t value = read_word(source, what);
    if (value == 0 || value > largest) {
        source.fail(std::string(what) + " at byte " + std::to_string(at) + " is " +
                    std::to_string(value) + ", expected 1 to " + std::to_string(largest));
    }
    return value;
}

std::vector<std::uint8_t> read_rest(ByteSource& source, std::uint64_t expected) {
    if (expected > max_contents_bytes) {
        source.fail("the header announces " + std::to_string(expected) +
                    " bytes of contents, at most " + std::to_string(max_contents_bytes) +
                    " are read");
    }
    const std::uint64_t header_bytes = source.offset();
    auto bytes = source.read(expected);
    if (bytes.size() < expected) {
        source.fail("truncated at byte " + std::to_string(source.offset()) + ": the header (" +
                    std::to_string(header_bytes) + " bytes) announces " + std::to_string(expected) +
                    " bytes, got " + std::to_string(bytes.size()));
    }
    // this read also makes zlib check the CRC and length that end the gzip data
    const std::uint64_t end = source.offset();
    if (!source.read(1).empty()) {
        source.fail("trailing bytes from byte " + std::to_string(end) +
                    " on, where the file should end");
    }
    return bytes;
}

}  // namespace

IdxImages read_idx_images(ByteSource source) {
    check_magic(source, images_magic, "images");
    IdxImages images;
    images.count = read_dimension(source, "the number of images", 0xffffffffu);
    images.height = read_dimension(source, "the height", max_side);
    images.width = read_dimension(source, "the width", max_side);
    images.bytes = read_rest(source, images.count * images.height * images.width);
    return images;
}

std::vector<std::uint8_t> read_idx_labels(ByteSource source) {
    check_magic(source, labels_magic, "labels");
    const std::uint64_t count = read_dimension(source, "the number of labels", 0xffffffffu);
    return read_rest(source, count);
}

Dataset read_idx_dataset(const std::string& name, ByteSource images, ByteSource labels,
                         const std::vector<std::string>& classes) {
    const std::string images_origin = images.origin(), labels_origin = labels.origin();
    IdxImages pictures = read_idx_images(std::move(images));
    const auto values = read_idx_labels(std::move(labels));
    if (values.size() != pictures.count) {
        throw Error(ErrorCode::invalid_file, "[data] " + images_origin + " has " +
                                                 std::to_string(pictures.count) + " images, but " +
                                                 labels_origin + " has " +
                                                 std::to_string(values.size()) + " labels");
    }
    const auto wrong = std::find_if(values.begin(), values.end(), [&](std::uint8_t value) { return value >= classes.size(); });
    if (wrong != values.end()) {
        const auto i = static_cast<std::size_t>(wrong - values.begin());
        throw Error(ErrorCode::invalid_file,
                    "[data] " + labels_origin + ": label " + std::to_string(i) + " at byte " +
                        std::to_string(8 + i) + " is " + std::to_string(*wrong) + ", " + name +
                        " has classes 0 to " + std::to_string(classes.size() - 1));
    }
    Dataset set;
    set.name = name;
    set.image_shape = Shape{pictures.height, pictures.width, 1};
    set.images = std::move(pictures.bytes);
    set.labels.assign(values.begin(), values.end());
    set.classes = classes;
    set.check();
    return set;
}

}  // namespace hekla::data
