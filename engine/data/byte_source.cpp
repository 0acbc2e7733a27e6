#include "data/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <zlib.h>

#include <hekla/error.h>
#include "base/system.h"

namespace hekla::data {

namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t(1) << 31;
constexpr std::uint64_t chunk_bytes = std::uint64_t(1) << 20;

[[noreturn]] void fail_file(ErrorCode code, const std::string& path, const std::string& reason) {
    throw Error(code, "[data] " + path + ": " + reason);
}

std::uint64_t checked_file_bytes(const std::string& path) {
    namespace fs = std::filesystem;
    const fs::path place = base::path_of(path);
    std::error_code error;
    const fs::file_status status = fs::status(place, error);
    if (!fs::exists(status)) fail_file(ErrorCode::not_found, path, "there is no such file");
    if (fs::is_directory(status))
        fail_file(ErrorCode::invalid_file, path, "is a folder, not a file");
    if (!fs::is_regular_file(status))
        fail_file(ErrorCode::invalid_file, path, "is no regular file");
    const std::uint64_t bytes = fs::file_size(place, error);
    if (error) fail_file(ErrorCode::invalid_file, path, "cannot be read: " + error.message());
    if (bytes == 0) fail_file(ErrorCode::invalid_file, path, "is empty (0 bytes)");
    if (bytes > max_file_bytes) {
        fail_file(ErrorCode::invalid_file, path,
                  "has " + std::to_string(bytes) + " bytes, more than the " +
                      std::to_string(max_file_bytes) + " that a data file may have");
    }
    return bytes;
}

}  // namespace

struct ByteSource::Inflater {
    Inflater() {
        // 16: expect a gzip header and check its CRC and length at the end
        if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream stream{};
    bool ended = false;
};

ByteSource::ByteSource(std::string origin, std::vector<std::uint8_t> file)
    : origin_(std::move(origin)), file_(std::move(file)) {
    if (file_.size() >= 2 && file_[0] == 0x1f && file_[1] == 0x8b) {
        inflater_ = std::make_unique<Inflater>();
    }
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

ByteSource ByteSource::open(const std::string& path) {
    std::vector<std::uint8_t> bytes(checked_file_bytes(path));
    errno = 0;
    std::ifstream file(base::path_of(path), std::ios::binary);
    if (!file) {
        fail_file(ErrorCode::invalid_file, path,
                  std::string("cannot be opened: ") + std::strerror(errno));
    }
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));  // it may shrink while being read
    return ByteSource(path, std::move(bytes));
}

void ByteSource::fail(const std::string& reason) const {
    const char* note = inflater_ ? " (offsets count unpacked bytes)" : "";
    throw Error(ErrorCode::invalid_file, "[data] " + origin_ + ": " + reason + note);
}

std::uint64_t ByteSource::read_plain(std::uint8_t* out, std::uint64_t count) {
    const std::uint64_t take = std::min<std::uint64_t>(count, file_.size() - file_position_);
    std::copy_n(file_.data() + file_position_, take, out);
    file_position_ += take;
    return take;
}

std::uint64_t ByteSource::read_gzip(std::uint8_t* out, std::uint64_t count) {
    z_stream& stream = inflater_->stream;
    stream.next_out = out;
    stream.avail_out = static_cast<uInt>(count);
    while (stream.avail_out > 0 && !inflater_->ended) {
        stream.next_in = file_.data() + file_position_;
        stream.avail_in = static_cast<uInt>(file_.size() - file_position_);
        const int status = inflate(&stream, Z_NO_FLUSH);
        file_position_ = file_.size() - stream.avail_in;
        const std::string place = " at byte " + std::to_string(file_position_) + " of the file";
        if (status == Z_STREAM_END) {
            inflater_->ended = true;
            if (stream.avail_in > 0) fail("trailing bytes after the end of the gzip data" + place);
        } else if (status == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (status == Z_BUF_ERROR ||
                   (status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
            fail("truncated: the gzip data stops" + place);
        } else if (status != Z_OK) {
            fail(std::string("corrupt gzip data") + place + ": " +
                 (stream.msg ? stream.msg : "unknown reason"));
        }
    }
    return count - stream.avail_out;
}

std::vector<std::uint8_t> ByteSource::read(std::uint64_t count) {
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < count) {
        const std::uint64_t start = bytes.size();
        const std::uint64_t wanted = std::min(chunk_bytes, count - start);
        bytes.resize(start + wanted);
        std::uint8_t* out = bytes.data() + start;
        const std::uint64_t got = inflater_ ? read_gzip(out, wanted) : read_plain(out, wanted);
        bytes.resize(start + got);
        offset_ += got;
        if (got < wanted) break;
    }
    return bytes;
}

}  // namespace hekla::data
