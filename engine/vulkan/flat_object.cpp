#include "vulkan/flat_object.h"

#include <hekla/error.h>

#include <algorithm>
#include <cctype>

namespace hekla::vulkan {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Reader {
  public:
    Reader(const std::string& text, const std::string& source) : text_(text), source_(source) {}

    std::vector<FlatEntry> object() {
        expect('{', "the object's '{'");
        if (next() != '}') {
            do entry();
            while (accept(','));
        }
        expect('}', "',' or '}'");
        if (next() != '\0') fail("nothing may follow the object");
        return std::move(entries_);
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::invalid_file,
                    "[caps] " + source_ + ", line " + std::to_string(line_) + ": " + what);
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    /// The next character that is no white space; it stays.
    char next() {
        for (; is_space(peek()); ++at_) line_ += peek() == '\n' ? 1 : 0;
        return peek();
    }
    bool accept(char c) {
        if (next() != c) return false;
        ++at_;
        return true;
    }
    void expect(char c, const char* what) {
        if (!accept(c)) fail("expected " + std::string(what));
    }

    void entry() {
        FlatEntry entry;
        if (next() != '"') fail("expected a key in quotes");
        entry.line = line_;
        entry.key = text();
        const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const FlatEntry& other) {
            return other.key == entry.key;
        });
        if (known) fail("\"" + entry.key + "\" is given twice");
        expect(':', "':' after a key");
        value(entry);
        entries_.push_back(std::move(entry));
    }

    void value(FlatEntry& entry) {
        if (next() == '"') {
            entry.kind = FlatEntry::Kind::text;
            entry.value = text();
            return;
        }
        const std::size_t first = at_;
        while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '.' || peek() == '-' ||
               peek() == '+') {
            ++at_;
        }
        entry.value = text_.substr(first, at_ - first);
        if (entry.value == "true" || entry.value == "false") {
            entry.kind = FlatEntry::Kind::boolean;
        } else if (entry.value.empty() || (entry.value[0] != '-' && !std::isdigit(static_cast<unsigned char>(entry.value[0])))) {
            fail("\"" + entry.key + "\" must be a number, true, false or a text");
        }
    }

    /// A string. What is escaped stays as it is written: no key and no number has an escape.
    std::string text() {
        const std::size_t first = ++at_;
        for (; peek() != '"'; ++at_) {
            if (static_cast<unsigned char>(peek()) < 0x20) fail("a text is not closed");
            if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
        }
        return text_.substr(first, at_++ - first);
    }

    const std::string& text_;
    const std::string& source_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
    std::vector<FlatEntry> entries_;
};

}  // namespace

std::vector<FlatEntry> read_flat_object(const std::string& text, const std::string& source) {
    return Reader(text, source).object();
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
    return result + '"';
}

}  // namespace hekla::vulkan
