#include "sample_data.h"

#include <hekla/io.h>
#include <unistd.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

namespace hekla::test {

namespace {

constexpr unsigned side = 28, classes = 10;

std::vector<std::uint8_t> sample_image(unsigned index, unsigned label) {
    std::vector<std::uint8_t> pixels(side * side);
    std::uint32_t random = index * 2654435761u + 1;
    for (std::uint8_t& pixel : pixels) {
        random = random * 1664525u + 1013904223u;
        pixel = static_cast<std::uint8_t>(random >> 27);  // 0..31
    }
    const unsigned first = (2 * label + 4) * side;
    for (unsigned x = 4; x < 24; ++x) {
        pixels[first + x] = pixels[first + side + x] = 240;
    }
    return pixels;
}

void append_word(std::string& bytes, std::uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xff);
}

void write_half(const SampleFolder& folder, const std::string& part, unsigned count,
                unsigned first_index) {
    std::string images, labels;
    append_word(images, 0x803);
    append_word(images, count);
    append_word(images, side);
    append_word(images, side);
    append_word(labels, 0x801);
    append_word(labels, count);
    for (unsigned i = 0; i < count; ++i) {
        for (const std::uint8_t pixel : sample_image(first_index + i, i % classes)) {
            images += static_cast<char>(pixel);
        }
        labels += static_cast<char>(i % classes);
    }
    write_text(folder / (part + "-images-idx3-ubyte"), images);
    write_text(folder / (part + "-labels-idx1-ubyte"), labels);
}

}  // namespace

SampleFolder::SampleFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hekla-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}

SampleFolder::~SampleFolder() {
    std::error_code ignored;  // nothing to do about it
    std::filesystem::remove_all(path_, ignored);
}

std::string SampleFolder::listing() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        names.insert(entry.path().filename().string());
    }
    std::string text;
    for (const std::string& name : names) text += name + "\n";
    return text;
}

void write_sample_mnist(const SampleFolder& folder, unsigned train, unsigned test) {
    write_half(folder, "train", train, 0);
    write_half(folder, "t10k", test, train);
}

void write_sample_png(const std::string& path, unsigned label) {
    write_text(path, io::encode_png({side, side, 1, sample_image(12345, label)}));
}

void write_text(const std::string& path, const std::string& text) {
    io::write_file(path, std::span(text));
}

}  // namespace hekla::test
