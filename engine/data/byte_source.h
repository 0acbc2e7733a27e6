#pragma once
// The bytes of one file, plain or gzip, read front to back. Nothing in the file is trusted: memory
// grows with the bytes that are really there, never with a size the file only claims.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hekla::data {

class ByteSource {
  public:
    /// Reads the file (at most 2 GiB). Throws Error: not_found, or invalid_file with the reason.
    static ByteSource open(const std::string& path);
    /// `origin` names the bytes in messages. gzip is recognised by its first two bytes.
    ByteSource(std::string origin, std::vector<std::uint8_t> file);
    ~ByteSource();
    ByteSource(ByteSource&&) noexcept;
    ByteSource& operator=(ByteSource&&) noexcept;

    /// The next `count` bytes, fewer at the end. Throws Error (invalid_file) on a corrupt gzip.
    std::vector<std::uint8_t> read(std::uint64_t count);
    /// Position of the next byte in the unpacked contents.
    std::uint64_t offset() const { return offset_; }
    const std::string& origin() const { return origin_; }
    /// Throws Error (invalid_file): "[data] ORIGIN: REASON", with a note if offsets count unpacked
    /// bytes.
    [[noreturn]] void fail(const std::string& reason) const;

  private:
    struct Inflater;
    std::uint64_t read_plain(std::uint8_t* out, std::uint64_t count);
    std::uint64_t read_gzip(std::uint8_t* out, std::uint64_t count);

    std::string origin_;
    std::vector<std::uint8_t> file_;
    std::uint64_t file_position_ = 0;
    std::uint64_t offset_ = 0;
    std::unique_ptr<Inflater> inflater_;  // null: plain
};

}  // namespace hekla::data
