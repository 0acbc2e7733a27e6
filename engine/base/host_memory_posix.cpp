#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "base/host_memory.h"

namespace hekla {
namespace {

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

/// Linux only: elsewhere there is no such file.
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

}  // namespace

std::uint64_t available_host_bytes() { return std::min(available_in_system(), limit_of_group()); }

}  // namespace hekla
