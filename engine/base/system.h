#pragma once
// What every operating system does in its own way: system_posix.cpp and system_windows.cpp.

#include <filesystem>
#include <string>

namespace hekla::base {

// Names of files are UTF-8 in all interfaces, whatever the system's own encoding.
std::filesystem::path path_of(const std::string& utf8);
std::string utf8_of(const std::filesystem::path& path);

/// The variable's value in UTF-8; empty if it is not set.
std::string environment(const char* variable);

/// Where the system's packages put data sets; empty if it has no such place.
std::filesystem::path packaged_data_folder();

/// Hekla's folder among the user's caches ($XDG_CACHE_HOME/hekla where that is set); empty if the
/// environment names none. It may not exist.
std::filesystem::path user_cache_folder();

/// CPU time of the calling thread.
double thread_cpu_seconds();

}  // namespace hekla::base
