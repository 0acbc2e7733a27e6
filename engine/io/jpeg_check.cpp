#include "io/jpeg_check.h"

#include <cstdint>
#include <optional>

namespace hekla::io {

namespace {

constexpr std::uint8_t start_of_image = 0xd8, end_of_image = 0xd9, start_of_scan = 0xda;
constexpr std::uint8_t huffman_tables = 0xc4;
constexpr std::size_t code_lengths = 16, max_symbols = 256;

class Walker {
  public:
    explicit Walker(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::string damage() {
        if (next_marker() != start_of_image) return {};
        for (;;) {
            const auto marker = next_marker();
            if (!marker) return "truncated JPEG: it ends without an end marker";
            if (*marker == end_of_image) return {};
            const std::size_t start = at_;
            const std::size_t length = left() >= 2 ? std::size_t(byte(0)) << 8 | byte(1) : 0;
            const std::string place = " at byte " + std::to_string(start);
            if (length < 2 || length > left()) return "damaged or truncated JPEG: segment" + place;
            if (*marker == huffman_tables && !tables_fit(bytes_.subspan(start + 2, length - 2))) {
                return "damaged JPEG: Huffman tables" + place;
            }
            at_ = start + length;
            if (*marker == start_of_scan) skip_scan();
        }
    }

  private:
    std::size_t left() const { return bytes_.size() - at_; }
    std::uint8_t byte(std::size_t ahead) const {
        return std::to_integer<std::uint8_t>(bytes_[at_ + ahead]);
    }

    // The next byte other than FF that follows an FF: what stb_image takes for a marker.
    std::optional<std::uint8_t> next_marker() {
        while (left() > 0 && byte(0) != 0xff) ++at_;
        while (left() > 0 && byte(0) == 0xff) ++at_;
        if (left() == 0) return std::nullopt;
        return std::to_integer<std::uint8_t>(bytes_[at_++]);
    }

    // Compressed data end at an FF that neither a stuffed zero nor a restart marker follows.
    void skip_scan() {
        for (; left() >= 2; ++at_) {
            const bool restart = byte(1) >= 0xd0 && byte(1) <= 0xd7;
            if (byte(0) == 0xff && byte(1) != 0 && byte(1) != 0xff && !restart) return;
        }
        at_ = bytes_.size();
    }

    static bool tables_fit(std::span<const std::byte> tables) {
        while (!tables.empty()) {
            if (tables.size() < 1 + code_lengths) return false;
            std::size_t symbols = 0;
            for (std::size_t i = 1; i <= code_lengths; ++i) {
                symbols += std::to_integer<std::size_t>(tables[i]);
            }
            if (symbols > max_symbols || 1 + code_lengths + symbols > tables.size()) return false;
            tables = tables.subspan(1 + code_lengths + symbols);
        }
        return true;
    }

    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
};

}  // namespace

std::string damage_of_jpeg(std::span<const std::byte> bytes) {
    const std::byte fill{0xff};
    if (bytes.size() < 3 || bytes[0] != fill) return {};
    if (bytes[1] != fill && bytes[1] != std::byte{start_of_image}) return {};
    return Walker(bytes).damage();
}

}  // namespace hekla::io
