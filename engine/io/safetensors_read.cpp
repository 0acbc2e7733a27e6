#include <algorithm>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include <hekla/error.h>
#include <hekla/io.h>
#include "io/element_types.h"

namespace hekla::io {

namespace {

using nlohmann::json;

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the limit of the format
constexpr int max_depth = 4;
constexpr std::size_t max_quoted_bytes = 120;
constexpr char metadata_key[] = "__metadata__";

// A name from the file, made fit for a message: bounded, and without control characters.
std::string quoted(const std::string& name) {
    const bool cut = name.size() > max_quoted_bytes;
    return json(name.substr(0, max_quoted_bytes))
               .dump(-1, ' ', true, json::error_handler_t::replace) +
           (cut ? "..." : "");
}

struct Entry {
    std::string name;
    ElementType type;
    Shape shape;
    std::uint64_t begin, end;  // bytes after the header
};

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, const std::string& origin)
        : bytes_(bytes), origin_(origin) {}

    Safetensors read() {
        const json header = read_header();
        Safetensors file;
        std::vector<Entry> entries;
        for (const auto& [name, value] : header.items()) {
            if (name == metadata_key) {
                file.metadata = read_metadata(value);
            } else {
                entries.push_back(read_entry(name, value));
            }
        }
        std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
        });
        check_coverage(entries);
        for (const auto& entry : entries) file.tensors.push_back(read_tensor(entry));
        return file;
    }

  private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorCode::invalid_file, "[safetensors] " + origin_ + ": " + reason);
    }
    [[noreturn]] void fail_tensor(const std::string& name, const std::string& reason) const {
        fail("tensor " + quoted(name) + " " + reason);
    }

    json read_header() {
        if (bytes_.size() < length_bytes) {
            fail("truncated: " + std::to_string(bytes_.size()) +
                 " bytes, the length of the header alone takes 8");
        }
        std::uint64_t header_bytes = 0;
        for (std::uint64_t i = 0; i < length_bytes; ++i) {
            header_bytes |= std::to_integer<std::uint64_t>(bytes_[i]) << (8 * i);
        }
        if (header_bytes > max_header_bytes) {
            fail("the first 8 bytes announce a header of " + std::to_string(header_bytes) +
                 " bytes, at most " + std::to_string(max_header_bytes) +
                 " are allowed: this is no safetensors file");
        }
        if (header_bytes > bytes_.size() - length_bytes) {
            fail("truncated: the header needs bytes 8 to " +
                 std::to_string(length_bytes + header_bytes) + ", the file has " +
                 std::to_string(bytes_.size()));
        }
        data_start_ = length_bytes + header_bytes;
        data_ = bytes_.subspan(data_start_);
        const auto* text = reinterpret_cast<const char*>(bytes_.data()) + length_bytes;
        return parse_json(text, text + header_bytes);
    }

    // Called while parsing: JSON itself would let the last of several equal names win.
    bool check_event(int depth, json::parse_event_t event, const json& parsed) {
        using Event = json::parse_event_t;
        if (event == Event::object_start) open_objects_.emplace_back();
        if (event == Event::object_end) open_objects_.pop_back();
        if (event == Event::object_start || event == Event::array_start) {
            if (depth >= max_depth) fail("the header is nested more than 4 deep");
        }
        if (event == Event::key) {
            const auto& key = parsed.get_ref<const std::string&>();
            if (!open_objects_.back().insert(key).second) {
                fail("the header has the name " + quoted(key) + " twice");
            }
        }
        return true;
    }

    json parse_json(const char* begin, const char* end) {
        if (begin == end || *begin != '{') fail("the header at byte 8 does not start with '{'");
        const auto callback = [this](int depth, json::parse_event_t event, json& parsed) {
            return check_event(depth, event, parsed);
        };
        try {
            return json::parse(begin, end, callback);
        } catch (const json::parse_error& error) {
            fail("the header is not valid JSON at byte " +
                 std::to_string(length_bytes + (error.byte > 0 ? error.byte - 1 : 0)));
        } catch (const json::exception&) {
            fail("the header is not valid JSON");
        }
    }

    std::map<std::string, std::string> read_metadata(const json& value) const {
        if (!value.is_object()) fail("__metadata__ is no object");
        std::map<std::string, std::string> metadata;
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string()) fail("__metadata__ " + quoted(key) + " is no string");
            metadata.emplace(key, text.get<std::string>());
        }
        return metadata;
    }

    const json& member(const std::string& name, const json& value, const char* key) const {
        const auto found = value.find(key);
        if (found == value.end()) fail_tensor(name, std::string("has no ") + key);
        return *found;
    }

    std::vector<std::uint64_t> read_sizes(const std::string& name, const json& value,
                                          const char* key) const {
        if (!value.is_array()) fail_tensor(name, std::string(key) + " is no list");
        std::vector<std::uint64_t> sizes;
        for (const auto& size : value) {
            if (!size.is_number_unsigned()) {
                fail_tensor(name, std::string(key) + " has an entry that is no size");
            }
            sizes.push_back(size.get<std::uint64_t>());
        }
        return sizes;
    }

    Entry read_entry(const std::string& name, const json& value) const {
        if (!value.is_object()) fail_tensor(name, "is described by no object");
        const json& dtype = member(name, value, "dtype");
        if (!dtype.is_string()) fail_tensor(name, "dtype is no string");
        const auto type = element_type(dtype.get<std::string>());
        if (!type) {
            fail_tensor(name, "has the unknown dtype " + quoted(dtype.get<std::string>()) +
                                  ", known are " + element_type_names());
        }
        const auto dims = read_sizes(name, member(name, value, "shape"), "shape");
        const auto range = read_sizes(name, member(name, value, "data_offsets"), "data_offsets");
        if (range.size() != 2) fail_tensor(name, "data_offsets has not two entries");
        Entry entry{name, *type, Shape(dims), range[0], range[1]};
        check_range(entry);
        return entry;
    }

    void check_range(const Entry& entry) const {
        const std::string range =
            "data_offsets " + std::to_string(entry.begin) + " to " + std::to_string(entry.end);
        if (entry.begin > entry.end) fail_tensor(entry.name, range + " end before they begin");
        if (entry.end > data_.size()) {
            fail_tensor(entry.name, range + " reach beyond the " + std::to_string(data_.size()) +
                                        " bytes of data from byte " + std::to_string(data_start_) +
                                        " on: the file is truncated or malformed");
        }
        const std::uint64_t bytes = entry.end - entry.begin;
        if (checked_elements(entry) != bytes / entry.type.bytes || bytes % entry.type.bytes != 0) {
            fail_tensor(entry.name, range + " hold " + std::to_string(bytes) + " bytes, " +
                                        entry.type.name + " " + to_string(entry.shape) +
                                        " has other");
        }
    }

    std::uint64_t checked_elements(const Entry& entry) const {
        try {
            return entry.shape.elements();
        } catch (const Error&) {
            fail_tensor(entry.name, "has shape " + to_string(entry.shape).substr(0, 200) +
                                        ", more elements than can be counted");
        }
    }

    void check_coverage(const std::vector<Entry>& entries) const {
        std::uint64_t covered = 0;
        for (const auto& entry : entries) {
            if (entry.begin != covered) {
                fail_tensor(entry.name, "starts at data byte " + std::to_string(entry.begin) +
                                            (entry.begin < covered ? " and overlaps the one before"
                                                                   : ", after a gap") +
                                            ", which ends at " + std::to_string(covered));
            }
            covered = entry.end;
        }
        if (covered != data_.size()) {
            fail("the tensors end at data byte " + std::to_string(covered) + ", the file has " +
                 std::to_string(data_.size()) + " bytes of data from byte " +
                 std::to_string(data_start_) + " on");
        }
    }

    NamedTensor read_tensor(const Entry& entry) const {
        NamedTensor tensor{entry.name, entry.shape, std::vector<float>(entry.shape.elements())};
        std::uint64_t bad = 0;
        const auto bytes = data_.subspan(entry.begin, entry.end - entry.begin);
        if (!read_elements(entry.type, bytes, tensor.values, bad)) {
            fail_tensor(entry.name, "element " + std::to_string(bad) + " (" + entry.type.name +
                                        ", data byte " +
                                        std::to_string(entry.begin + bad * entry.type.bytes) +
                                        ") has a value that f32 cannot hold");
        }
        return tensor;
    }

    std::span<const std::byte> bytes_, data_;
    std::uint64_t data_start_ = 0;
    const std::string& origin_;
    std::vector<std::set<std::string>> open_objects_;
};

}  // namespace

Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& origin) {
    return Reader(bytes, origin).read();
}

Safetensors read_safetensors(const std::string& path) {
    const std::string contents = read_file(path);
    return parse_safetensors(std::as_bytes(std::span(contents)), path);
}

}  // namespace hekla::io
