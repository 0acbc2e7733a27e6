#pragma once
// Small texts of lines with fields, as remembered choices are.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hekla::kernels {

/// The lines of a text, without their ends ("\n" or "\r\n").
class TextLines {
  public:
    explicit TextLines(std::string_view text) : rest_(text) {}

    /// Nothing after the last one.
    std::optional<std::string_view> next() {
        ++number_;
        if (rest_.empty()) return std::nullopt;
        const std::size_t end = rest_.find('\n');
        std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }
    /// Of the line that next() gave, from 1.
    std::size_t number() const { return number_; }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

/// What tabs separate.
inline std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (;;) {
        const std::size_t tab = line.find('\t');
        fields.push_back(line.substr(0, tab));
        if (tab == std::string_view::npos) return fields;
        line.remove_prefix(tab + 1);
    }
}

/// All of `text` as a number; nothing if it is none.
inline std::optional<std::uint64_t> number_of(std::string_view text, int base = 10) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Whether a name can stand in a field.
inline bool fits_field(std::string_view name) {
    for (const char c : name)
        if (static_cast<unsigned char>(c) < 0x20) return false;
    return !name.empty();
}

}  // namespace hekla::kernels
