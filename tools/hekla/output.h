#pragma once
// Text, tables, JSON and files that the subcommands write.

#include <cstdint>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hekla::command {

using Json = nlohmann::ordered_json;

/// Compact text; bytes that are not UTF-8 (file names) become U+FFFD.
std::string json_text(const Json& json);
/// The one object of --json, on standard output.
void print_json(const Json& json);

/// Where results for people go: standard output, or standard error beside --json.
std::ostream& text_stream(bool json);

/// `text` with control characters replaced by '?': names come from files, and a terminal obeys them.
std::string printable(const std::string& text);

/// Aligned columns; the first row is the heading. Columns of numbers are aligned to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// printf's %.*f
std::string fixed(double value, int digits);
/// "1.5 GiB"
std::string bytes_text(std::uint64_t bytes);
/// "1:05", "2:03:00"
std::string duration_text(double seconds);

/// Throws Error if the file could not be made there: its folder is missing or read-only, or `path`
/// is a folder. `option` names the option it came from.
void check_writable(const std::string& path, const std::string& option);

}  // namespace hekla::command
