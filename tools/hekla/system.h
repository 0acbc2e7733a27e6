#pragma once
// What the command needs of the system: system_posix.cpp and system_windows.cpp.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hekla::command {

/// The words of the command line in UTF-8, and a console that takes UTF-8.
std::vector<std::string> utf8_arguments(int argc, char** argv);

/// True if the bar can be drawn there with escape sequences.
bool stderr_is_terminal();
std::size_t terminal_columns();

/// Empty if files can be made in the folder; else the reason why not.
std::string why_not_writable(const std::filesystem::path& folder);

}  // namespace hekla::command
