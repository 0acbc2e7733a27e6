#include <limits>

#include <windows.h>

#include "base/host_memory.h"

namespace hekla {

std::uint64_t available_host_bytes() {
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    return GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace hekla
