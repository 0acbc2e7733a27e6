#pragma once
// Small files of the data sets' formats, whole and damaged, for the tests beside this one.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <zlib.h>

#include <gtest/gtest.h>

#include <hekla/error.h>
#include "base/system.h"
#include "support/scoped_variable.h"

namespace hekla::test {

using Bytes = std::vector<std::uint8_t>;

/// An empty folder, gone at the end of the test.
class TemporaryFolder {
  public:
    TemporaryFolder()
        : path_(std::filesystem::temp_directory_path() /
                ("hekla-" + std::to_string(std::random_device{}()))) {
        if (!std::filesystem::create_directory(path_)) throw std::runtime_error("no temporary folder");
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    /// In UTF-8, with the system's own separators.
    std::string operator/(const std::string& name) const {
        return base::utf8_of((path_ / base::path_of(name)).make_preferred());
    }
    std::string string() const { return base::utf8_of(path_); }

  private:
    std::filesystem::path path_;
};

/// How many files and folders are directly in it.
inline std::size_t entries(const TemporaryFolder& folder) {
    const std::filesystem::directory_iterator list(folder.string());
    return static_cast<std::size_t>(std::distance(begin(list), end(list)));
}

inline void write_bytes(const std::string& path, const Bytes& bytes) {
    std::filesystem::create_directories(base::path_of(path).parent_path());
    std::ofstream file(base::path_of(path), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.good()) << path;
}

inline void append_word(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(value >> shift & 0xff);
}

inline Bytes idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width) {
    Bytes bytes;
    for (const std::uint32_t word : {0x803u, count, height, width}) append_word(bytes, word);
    for (std::uint32_t i = 0; i < count * height * width; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(i * 7 + i / 255));
    }
    return bytes;
}

inline Bytes idx_labels(const Bytes& labels) {
    Bytes bytes;
    append_word(bytes, 0x801);
    append_word(bytes, static_cast<std::uint32_t>(labels.size()));
    bytes.insert(bytes.end(), labels.begin(), labels.end());
    return bytes;
}

inline Bytes gzip(Bytes plain) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes packed(deflateBound(&stream, plain.size()) + 64);
    stream.next_in = plain.data();
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// The Error's message; fails the test if there is none or its code is another.
inline std::string message_of(const std::function<void()>& action,
                              ErrorCode code = ErrorCode::invalid_file) {
    try {
        action();
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no Error was thrown";
    return {};
}

}  // namespace hekla::test

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << text
