#include <cstdint>
#include <cstdlib>

#include <windows.h>

#include "base/system.h"

namespace hekla::base {

std::string environment(const char* variable) {
    const wchar_t* value = _wgetenv(path_of(variable).c_str());
    return value ? utf8_of(value) : "";
}

std::filesystem::path packaged_data_folder() { return {}; }

std::filesystem::path user_cache_folder() {
    for (const char* variable : {"XDG_CACHE_HOME", "LOCALAPPDATA"}) {
        const auto folder = path_of(environment(variable));
        if (folder.is_absolute()) return folder / "hekla";
    }
    return {};
}

double thread_cpu_seconds() {
    FILETIME created, exited, kernel, user;  // in units of 100 ns; they move on with the scheduler's tick
    if (!GetThreadTimes(GetCurrentThread(), &created, &exited, &kernel, &user)) return 0;
    const auto ticks = [](const FILETIME& t) {
        return static_cast<double>(std::uint64_t(t.dwHighDateTime) << 32 | t.dwLowDateTime);
    };
    return (ticks(kernel) + ticks(user)) * 1e-7;
}

}  // namespace hekla::base
