#include <cstdlib>
#include <ctime>

#include "base/system.h"

namespace hekla::base {

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? value : "";
}

std::filesystem::path packaged_data_folder() { return "/usr/share/datasets"; }

std::filesystem::path user_cache_folder() {
    // The base directory specification has relative paths ignored.
    if (const auto cache = path_of(environment("XDG_CACHE_HOME")); cache.is_absolute()) {
        return cache / "hekla";
    }
    const auto home = path_of(environment("HOME"));
    return home.empty() ? home : home / ".cache" / "hekla";
}

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace hekla::base
