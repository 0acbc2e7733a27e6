#pragma once
// The members of JSON objects, each read once; what is left over or of a wrong kind is an error that says where.

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <hekla/error.h>
#include <hekla/layers.h>
#include <nlohmann/json.hpp>

namespace hekla::io {

using Json = nlohmann::json;

inline constexpr std::uint32_t largest_size = 1u << 24;  // of a number of filters, units or pixels

Json to_json(const Init& init);
/// Nothing for what names no initialisation.
std::optional<Init> init_of(const Json& json);

/// Reads the members of one object, each once; what is left over or of a wrong kind is an error that says where.
class Reader {
  public:
    Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) fail("must be an object");
    }

    [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorCode::invalid_file, where_ + " " + what); }

    const Json* find(const char* key) {
        seen_.emplace_back(key);
        const auto member = object_.find(key);
        return member == object_.end() ? nullptr : &*member;
    }
    void number(const char* key, std::uint32_t& value, bool required = false) {
        const Json* member = find(key);
        if (!member && required) fail(std::string("needs \"") + key + "\"");
        if (member) value = count(key, *member, 1);
    }
    void number(const char* key, float& value) {
        const Json* member = find(key);
        if (!member) return;
        if (!member->is_number() || !std::isfinite(member->get<float>())) fail(std::string("\"") + key + "\" must be a number");
        value = member->get<float>();
    }
    void flag(const char* key, bool& value) {
        const Json* member = find(key);
        if (!member) return;
        if (!member->is_boolean()) fail(std::string("\"") + key + "\" must be true or false");
        value = member->get<bool>();
    }
    void size(const char* key, Size2& value) {
        if (const Json* member = find(key)) value = size_of(key, *member);
    }
    void size(const char* key, std::optional<Size2>& value) {
        if (const Json* member = find(key)) value = size_of(key, *member);
    }
    void padding(const char* key, Padding& value) {
        const Json* member = find(key);
        if (!member) return;
        if (*member == "valid") value = Padding::valid();
        else if (*member == "same") value = Padding::same();
        else if (member->is_array() && member->size() == 4)
            value = Padding::pixels(count(key, (*member)[0], 0), count(key, (*member)[1], 0), count(key, (*member)[2], 0), count(key, (*member)[3], 0));
        else fail(std::string("\"") + key + "\" must be \"valid\", \"same\" or four numbers (top, left, bottom, right)");
    }
    void init(const char* key, Init& value) {
        const Json* member = find(key);
        if (!member) return;
        if (const std::optional<Init> known = init_of(*member)) value = *known;
        else fail(std::string("\"") + key + "\" names no initialisation");
    }
    std::string text(const char* key) {
        const Json* member = find(key);
        if (!member || !member->is_string() || member->get<std::string>().empty()) fail(std::string("needs \"") + key + "\", a text");
        return member->get<std::string>();
    }
    std::vector<std::string> texts(const char* key) {
        const Json* member = find(key);
        std::vector<std::string> result;
        if (!member || !member->is_array()) fail(std::string("needs \"") + key + "\", a list of names");
        for (const Json& name : *member) {
            if (!name.is_string()) fail(std::string("\"") + key + "\" must be a list of names");
            result.push_back(name.get<std::string>());
        }
        return result;
    }
    std::vector<std::uint64_t> dims(const char* key) {
        const Json* member = find(key);
        if (!member || !member->is_array() || member->empty() || member->size() > 6) fail(std::string("\"") + key + "\" must be a list of 1 to 6 sizes");
        std::vector<std::uint64_t> result;
        for (const Json& dim : *member) result.push_back(count(key, dim, 1));
        return result;
    }
    void nothing_else() const {
        for (const auto& [key, value] : object_.items()) {
            bool known = false;
            for (const std::string& seen : seen_) known = known || seen == key;
            if (!known) fail("has an unknown member \"" + key + "\"");
        }
    }

  private:
    std::uint32_t count(const char* key, const Json& value, std::uint32_t least) const {
        if (!value.is_number_integer() || value.get<double>() < least || value.get<double>() > largest_size)
            fail(std::string("\"") + key + "\" must be a whole number from " + std::to_string(least) + " to " + std::to_string(largest_size));
        return value.get<std::uint32_t>();
    }
    Size2 size_of(const char* key, const Json& value) const {
        if (value.is_array() && value.size() == 2) return Size2(count(key, value[0], 1), count(key, value[1], 1));
        return Size2(count(key, value, 1));
    }

    const Json& object_;
    std::string where_;
    std::vector<std::string> seen_ = {"type"};
};

}  // namespace hekla::io
