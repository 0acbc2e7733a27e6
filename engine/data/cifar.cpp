#include "data/cifar.h"

#include <algorithm>

namespace hekla::data {

namespace {

constexpr std::uint64_t plane = 32 * 32;
constexpr std::uint64_t picture_bytes = 3 * plane;
constexpr std::uint64_t max_names_bytes = 1 << 16;

void check_label(const ByteSource& source, std::uint64_t record, std::uint64_t at, const char* what,
                 std::uint32_t label, std::uint64_t classes) {
    if (label < classes) return;
    source.fail("the " + std::string(what) + " of record " + std::to_string(record) + " at byte " +
                std::to_string(at) + " is " + std::to_string(label) + ", expected 0 to " +
                std::to_string(classes - 1));
}

/// Every record of a class names the same superclass.
void place_class(const ByteSource& source, std::uint64_t record, std::vector<std::string>& parents,
                 const std::string& coarse) {
    if (parents.empty()) parents.push_back(coarse);
    if (parents[0] == coarse) return;
    source.fail("record " + std::to_string(record) + " puts its class into '" + coarse +
                "', a record before put it into '" + parents[0] + "'");
}

void append_picture(std::vector<std::uint8_t>& images, const std::uint8_t* planes) {
    for (std::uint64_t pixel = 0; pixel < plane; ++pixel) {
        for (std::uint64_t channel = 0; channel < 3; ++channel) {
            images.push_back(planes[channel * plane + pixel]);
        }
    }
}

}  // namespace

void append_cifar(Dataset& set, const CifarFormat& format, ByteSource source,
                  const std::vector<std::string>& coarse_names) {
    if (!coarse_names.empty()) set.parents.resize(set.classes.size());
    const std::uint64_t record_bytes = format.label_bytes + picture_bytes;
    for (std::uint64_t record = 0;; ++record) {
        const std::uint64_t at = source.offset();
        const auto bytes = source.read(record_bytes);
        if (bytes.empty() && record > 0) return;
        if (bytes.size() < record_bytes) {
            source.fail("truncated: record " + std::to_string(record) + " at byte " +
                        std::to_string(at) + " needs " + std::to_string(record_bytes) +
                        " bytes, got " + std::to_string(bytes.size()));
        }
        if (format.label_bytes == 2) {
            check_label(source, record, at, "coarse label", bytes[0], format.coarse_classes);
        }
        const std::uint64_t last = format.label_bytes - 1;
        check_label(source, record, at + last, "label", bytes[last], set.classes.size());
        if (!coarse_names.empty()) {
            place_class(source, record, set.parents[bytes[last]], coarse_names.at(bytes[0]));
        }
        set.labels.push_back(bytes[last]);
        append_picture(set.images, bytes.data() + format.label_bytes);
    }
}

std::vector<std::string> read_class_names(ByteSource source, std::size_t count) {
    const auto bytes = source.read(max_names_bytes);
    std::vector<std::string> names;
    std::string line;
    const auto finish_line = [&] {
        if (!line.empty()) names.push_back(line);
        line.clear();
    };
    for (const std::uint8_t byte : bytes) {
        if (byte == '\n') {
            finish_line();
        } else if (byte != '\r') {
            line.push_back(static_cast<char>(byte));
        }
    }
    finish_line();
    if (names.size() != count) {
        source.fail("has " + std::to_string(names.size()) + " class names, expected " +
                    std::to_string(count));
    }
    return names;
}

}  // namespace hekla::data
