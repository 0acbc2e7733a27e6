#include "vulkan/caps_file.h"

#include <hekla/error.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <locale>
#include <sstream>
#include <string_view>

#include "vulkan/device.h"
#include "vulkan/flat_object.h"

namespace hekla::vulkan {
namespace {

// Texts that say whose caps these are; they change nothing.
constexpr std::string_view texts[] = {"device", "driver", "api_version", "source"};

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::integral auto value) { return std::to_string(value); }
std::string text_of(float value) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text.precision(9);
    text << value;
    return text.str();
}

class Lowering {
  public:
    Lowering(const DeviceCaps& actual, const std::string& path) : path_(path), choice_{actual, {}} {
        std::error_code ignored;  // what cannot be looked at cannot be opened either
        std::ifstream file(path, std::ios::binary);
        if (!file.is_open() || std::filesystem::is_directory(path, ignored)) {
            throw Error(ErrorCode::not_found, "[caps] " + path +
                                                  " cannot be read: give a file as `hekla devices "
                                                  "--caps` prints it, or \"minimum\"");
        }
        entries_ = read_flat_object({std::istreambuf_iterator<char>(file), {}}, path);
    }

    CapsChoice lowered() {
        check_keys();
        visit_caps(choice_.caps, [this](std::string_view key, auto& own) {
            for (const FlatEntry& entry : entries_) {
                if (entry.key == key) lower(entry, own);
            }
        });
        return std::move(choice_);
    }

  private:
    [[noreturn]] void fail(const FlatEntry& entry, const std::string& what) const {
        throw Error(ErrorCode::invalid_file, "[caps] " + path_ + ", line " +
                                                 std::to_string(entry.line) + ": \"" + entry.key +
                                                 "\" " + what);
    }

    void check_keys() const {
        std::string known;
        for (const FlatEntry& entry : entries_) {
            bool found = std::count(std::begin(texts), std::end(texts), entry.key) != 0;
            if (found && entry.kind != FlatEntry::Kind::text) fail(entry, "must be a text");
            known.clear();
            visit_caps(choice_.caps, [&](const char* key, const auto&) {
                found = found || entry.key == key;
                known += std::string(known.empty() ? "" : ", ") + key;
            });
            if (!found) fail(entry, "is unknown; known are " + known);
        }
    }

    void note(const FlatEntry& entry, const std::string& own) {
        choice_.notes.push_back(path_ + " asks for " + entry.key + " " + entry.value +
                                "; this device has " + own + ", which stays");
    }

    void lower(const FlatEntry& entry, bool& own) {
        if (entry.kind != FlatEntry::Kind::boolean) fail(entry, "must be true or false");
        const bool wanted = entry.value == "true";
        if (wanted && !own) note(entry, text_of(own));
        own = own && wanted;
    }

    template <std::unsigned_integral Number>
    void lower(const FlatEntry& entry, Number& own) {
        Number wanted = 0;
        const char* end = entry.value.data() + entry.value.size();
        const auto [stop, error] = std::from_chars(entry.value.data(), end, wanted);
        if (entry.kind != FlatEntry::Kind::number || error != std::errc() || stop != end) {
            fail(entry, "must be a whole number from 0 to " + text_of(static_cast<Number>(~Number{0})));
        }
        if (wanted == 0 && entry.key != "timestamp_valid_bits") fail(entry, "must be at least 1");
        // A fact of the hardware, not a limit: shaders find their own subgroups at work.
        const bool fixed = entry.key == "subgroup_size";
        // The one limit that is stricter the larger it is.
        const bool atom = entry.key == "non_coherent_atom_bytes";
        if (atom && (wanted & (wanted - 1)) != 0) fail(entry, "must be a power of two");
        if (fixed ? wanted != own : atom ? wanted < own : wanted > own) {
            note(entry, text_of(own));
        } else {
            own = wanted;
        }
    }

    /// The period of the device's own clock: any other value would only make its times wrong.
    void lower(const FlatEntry& entry, const float&) const {
        if (entry.kind != FlatEntry::Kind::number) fail(entry, "must be a number");
    }

    const std::string& path_;
    std::vector<FlatEntry> entries_;
    CapsChoice choice_;
};

}  // namespace

std::string caps_text(const DeviceCaps& caps, const GpuInfo& gpu) {
    std::string text = "{\n  \"device\": " + quoted(gpu.name) + ",\n  \"driver\": " +
                       quoted(gpu.driver) + ",\n  \"api_version\": " + quoted(gpu.api_version);
    visit_caps(caps, [&](const char* key, const auto& value) {
        text += ",\n  " + quoted(key) + ": " + text_of(value);
    });
    return text + "\n}\n";
}

CapsChoice lower_caps(const DeviceCaps& actual, const std::string& path) {
    return Lowering(actual, path).lowered();
}

}  // namespace hekla::vulkan
