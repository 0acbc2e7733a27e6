#include "base/host_memory.h"

#include <algorithm>
#include <limits>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#elif defined(__linux__)
#include <fstream>
#include <string>
#endif

namespace hekla {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

#ifdef __linux__
std::uint64_t available_in_system() {
    std::ifstream file("/proc/meminfo");
    std::string key, rest;
    std::uint64_t kib = 0;
    while (file >> key >> kib) {
        if (key == "MemAvailable:") return kib * 1024;
        std::getline(file, rest);
    }
    return unknown;
}

/// Not less what the group uses: that counts cached files, which give way.
std::uint64_t limit_of_group() {
    std::ifstream file("/sys/fs/cgroup/memory.max");
    std::uint64_t bytes = 0;
    return file >> bytes ? bytes : unknown;  // "max": no limit
}
#endif

}  // namespace

std::uint64_t available_host_bytes() {
#ifdef _WIN32
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    return GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : unknown;
#elif defined(__linux__)
    return std::min(available_in_system(), limit_of_group());
#else
    return unknown;
#endif
}

}  // namespace hekla
