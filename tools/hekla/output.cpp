#include "output.h"

#include <hekla/error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "base/system.h"
#include "system.h"

namespace hekla::command {

namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.,+-e") == std::string::npos;
}

bool is_number_column(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
    return rows.size() > 1 && std::all_of(rows.begin() + 1, rows.end(), [&](const auto& row) {
               return column >= row.size() || is_number(row[column]);
           });
}

std::string aligned(const std::string& text, std::size_t width, bool right) {
    const std::string gap(width - std::min(width, text.size()), ' ');
    return right ? gap + text : text + gap;
}

}  // namespace

std::string json_text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_json(const Json& json) { std::cout << json_text(json) << "\n"; }

std::ostream& text_stream(bool json) { return json ? std::cerr : std::cout; }

std::string printable(const std::string& text) {
    std::string result = text;
    for (char& c : result) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = '?';
    }
    return result;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::vector<bool> right(widths.size());
    for (std::size_t i = 0; i < widths.size(); ++i) right[i] = is_number_column(rows, i);
    std::string result;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += (i ? "  " : "") + aligned(printable(row[i]), widths[i], right[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    }
    return result;
}

std::string fixed(double value, int digits) {
    std::array<char, 400> text;  // the largest double has 309 digits before the point
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    return fixed(value, unit == 0 ? 0 : 1) + " " + units[unit];
}

std::string duration_text(double seconds) {
    const auto total = static_cast<unsigned long long>(std::clamp(seconds, 0.0, 1e9) + 0.5);
    std::array<char, 64> text;
    const auto hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
    if (hours > 0) {
        std::snprintf(text.data(), text.size(), "%llu:%02llu:%02llu", hours, minutes, rest);
    } else {
        std::snprintf(text.data(), text.size(), "%llu:%02llu", minutes, rest);
    }
    return text.data();
}

void check_writable(const std::string& path, const std::string& option) {
    namespace fs = std::filesystem;
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorCode::invalid_argument,
                    "[" + option + "] can't write '" + path + "': " + reason);
    };
    if (path.empty()) fail("the name is empty");
    std::error_code ignored;  // a path that can't be looked at fails below
    if (fs::is_directory(base::path_of(path), ignored)) fail("it is a folder; give a file name");
    fs::path folder = base::path_of(path).parent_path();
    if (folder.empty()) folder = ".";
    if (!fs::is_directory(folder, ignored)) {
        fail("there is no folder '" + base::utf8_of(folder) + "'; make it first");
    }
    if (const std::string reason = why_not_writable(folder); !reason.empty()) {
        fail("folder '" + base::utf8_of(folder) + "': " + reason);
    }
}

}  // namespace hekla::command
