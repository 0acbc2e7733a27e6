#pragma once
// Folders of small pictures for the tests of the folder loader.

#include <string>

#include <zlib.h>

#include <hekla/io.h>

#include "sample_files.h"

namespace hekla::test {

inline io::Image flat(std::uint32_t height, std::uint32_t width, const Bytes& colour) {
    io::Image image{height, width, static_cast<std::uint32_t>(colour.size()), {}};
    for (std::uint32_t i = 0; i < height * width; ++i) image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
    return image;
}

inline Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

inline void write_png(const std::string& path, const io::Image& image) { write_bytes(path, bytes_of(io::encode_png(image))); }

inline Bytes png_chunk(const std::string& type, const Bytes& data) {
    Bytes chunk, body = bytes_of(type);
    body.insert(body.end(), data.begin(), data.end());
    append_word(chunk, static_cast<std::uint32_t>(data.size()));
    chunk.insert(chunk.end(), body.begin(), body.end());
    append_word(chunk, static_cast<std::uint32_t>(crc32(0, body.data(), static_cast<uInt>(body.size()))));
    return chunk;
}

/// A grey PNG of `depth` bits; `rows` are its filtered rows, deflated here; `extra` are chunks before them.
inline Bytes png(std::uint32_t width, std::uint32_t height, std::uint8_t depth, const Bytes& rows, const Bytes& extra = {}) {
    Bytes file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, header;
    append_word(header, width);
    append_word(header, height);
    header.insert(header.end(), {depth, 0, 0, 0, 0});
    Bytes packed(compressBound(static_cast<uLong>(rows.size())));
    uLongf size = static_cast<uLongf>(packed.size());
    compress(packed.data(), &size, rows.data(), static_cast<uLong>(rows.size()));
    packed.resize(size);
    for (const Bytes& part : {png_chunk("IHDR", header), extra, png_chunk("IDAT", packed), png_chunk("IEND", {})}) file.insert(file.end(), part.begin(), part.end());
    return file;
}

}  // namespace hekla::test
