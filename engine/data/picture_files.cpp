#include "data/picture_files.h"

#include <algorithm>
#include <mutex>

#include <hekla/error.h>

namespace hekla::data {

namespace {

/// Above it decoding takes more than about 100 MB.
constexpr std::uint64_t large_pixels = 16'000'000;

}  // namespace

std::string reason_of(const Error& error, const std::string& path) {
    const std::string text = error.what(), start = path + ": ";
    const std::size_t at = text.find(start);
    return at == std::string::npos ? text : text.substr(at + start.size());
}

std::vector<std::uint8_t> read_picture(const std::string& path, const ImageForm& form) {
    const std::string contents = io::read_file(path);
    const auto bytes = std::as_bytes(std::span(contents));
    const io::ImageInfo info = io::parse_image_info(bytes, path);
    static std::mutex one_large_picture;
    std::unique_lock lock(one_large_picture, std::defer_lock);
    if (std::uint64_t{info.height} * info.width > large_pixels) lock.lock();
    return io::fitted(io::parse_image(bytes, path), form.height, form.width, form.channels, form.fit).pixels;
}

PictureHeader read_picture_header(const std::string& path) {
    PictureHeader header;
    try {
        const std::string contents = io::read_file(path);
        header.info = io::parse_image_info(std::as_bytes(std::span(contents)), path);
        if (header.info.animated) header.unreadable = "is animated: a sample is one picture, save the one that is meant";
    } catch (const Error& error) {
        header.unreadable = reason_of(error, path);
    } catch (const std::bad_alloc&) {
        header.unreadable = "there is no memory to read it";
    }
    return header;
}

void PictureSource::read(std::uint64_t index, std::span<std::uint8_t> out) const {
    std::ranges::copy(read_picture(paths_.at(index), form_), out.begin());
}

}  // namespace hekla::data
